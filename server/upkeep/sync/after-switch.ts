import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { list, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { IDENTITY_NAMES, serverIdentity } from './server-identity.ts'
import { type SyncRun, syncRuns } from './sync-run.ts'
import type { Asked } from './sync-states.ts'
import { DATABASE_SERVER } from './sync-tables.ts'

export interface AfterSwitchDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  ask(tx: Tx, asked: Asked): Promise<SyncRun | undefined>
}

/** A reconciliation leaves the last two minutes to the callbacks; what was lost is older than that by then. */
const SETTLES_MS = 3 * MINUTE_MS

/** A standby that takes over may lack the last seconds of what was answered: customers who were welcomed and are unknown. The
 *  platform is read again by itself once the database is another server than before. */
export function createAfterSwitch({ db, clock, log, ask }: AfterSwitchDeps) {
  const row = sql`${DATABASE_SERVER.role} = 'writer'`

  async function identity(): Promise<string | undefined> {
    // SHOW lists nothing that we choose: the shape of its rows is the databases' own.
    const named = sql`WHERE Variable_name IN ${list(IDENTITY_NAMES)}`
    type Named = { Variable_name: string; Value: string }
    const rows = await db.statement(async (tx) => [
      ...(await tx.rows(sql`SHOW GLOBAL STATUS ${named}` as Sql<Named>)),
      ...(await tx.rows(sql`SHOW GLOBAL VARIABLES ${named}` as Sql<Named>)),
    ])
    return serverIdentity(new Map(rows.map(({ Variable_name, Value }) => [Variable_name.toLowerCase(), Value])))
  }

  /** Writes down which server it is; a change of it makes a reading due. Whoever moves the row has seen it first. */
  async function look(): Promise<void> {
    const is = await identity()
    if (is === undefined) return
    const nowMs = clock.now()
    const known = await db.statement((tx) =>
      tx.row(sql`SELECT ${pick(DATABASE_SERVER, 'identity')} FROM ${DATABASE_SERVER} WHERE ${row}`),
    )
    if (known?.identity === is) return
    const seen = { identity: is, seen_at: nowMs }
    if (known === undefined) {
      await db.statement((tx) => tx.insertIgnore(DATABASE_SERVER, [{ role: 'writer', ...seen }]))
      return
    }
    const moved = await db.statement((tx) =>
      tx.run(
        sql`UPDATE ${DATABASE_SERVER} SET ${set(DATABASE_SERVER, { ...seen, reconcile_at: nowMs + SETTLES_MS })}
            WHERE ${row} AND ${DATABASE_SERVER.identity} = ${known.identity}`,
      ),
    )
    if (moved === 1) log.warn({ was: known.identity, is }, 'the database is another server than before; will reconcile')
  }

  async function askWhenDue(): Promise<void> {
    const due = sql`${row} AND ${DATABASE_SERVER.reconcile_at} <= ${clock.now()}`
    const waiting = await db.statement((tx) =>
      tx.row(sql`SELECT ${pick(DATABASE_SERVER, 'seen_at')} FROM ${DATABASE_SERVER} WHERE ${due}`),
    )
    if (waiting === undefined) return
    await db.tx(async (tx) => {
      // One that began before the switch does not look at what came after; it is waited for.
      if ((await syncRuns.open(tx)) !== undefined) return
      const taken = await tx.run(
        sql`UPDATE ${DATABASE_SERVER} SET ${set(DATABASE_SERVER, { reconcile_at: null })} WHERE ${due}`,
      )
      if (taken === 1) await ask(tx, { kind: 'reconcile', askKey: `switch:${waiting.seen_at}` })
    })
  }

  const job: Job = {
    name: 'sync.after-switch',
    everyMs: MINUTE_MS,
    dueAt: leftOut('it reads the platform'),
    run: async () => {
      await look()
      await askWhenDue()
    },
  }
  return { jobs: db.dialect === 'mysql' ? [job] : [] }
}
