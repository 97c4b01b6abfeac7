import { setInterval } from 'node:timers'
import type { QueryRunner } from 'typeorm'
import { AppError } from '../../kernel/app-error.ts'

/** One row says who migrates and how far that is. It stands beside TypeORM's `migrations` and is no table of ours. */
export const PROGRESS = 'migration_progress'

/** A holder that says nothing for so long is dead. */
export const LEASE_MS = 10_000

export interface Place {
  /** Name of the migration that was under way; undefined: none was. */
  migration: string | undefined
  /** Steps of it that were carried out and written down. */
  steps: number
}

export interface MigrationLock {
  readonly place: Place
  /** False until the first migration since places are written down has ended. */
  readonly isKnown: boolean
  /** Writes down how far it is, and that the holder lives. Throws db.migration-lock-lost when another one has begun since:
   *  whoever migrates must stop at once. */
  tell(runner: QueryRunner, place: Place): Promise<void>
  release(runner: QueryRunner): Promise<void>
}

/** By the database's own clock: those of two machines differ. */
const NOW = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)'

interface ProgressRow {
  holder: string | null
  migration: string | null
  steps: number
  is_known: number
}

const changedRows = (answer: unknown): number => (answer as { affectedRows: number }).affectedRows

/** Takes the right to migrate, for one process at a time. It is a row and no GET_LOCK: a row goes where the data goes, to a
 *  standby or to another node, and what it guards is guarded by a write. `beside`: another connection, on which the holder
 *  says that it lives while a statement runs for minutes. Throws db.migrating-elsewhere. */
export async function takeMigrationLock(
  runner: QueryRunner,
  beside: QueryRunner,
  { holder, leaseMs }: { holder: string; leaseMs: number },
): Promise<MigrationLock> {
  await runner.query(
    `CREATE TABLE IF NOT EXISTS ${PROGRESS} (name varchar(20) NOT NULL PRIMARY KEY, holder varchar(64), until_at bigint NOT NULL,
     migration varchar(190), steps bigint NOT NULL, is_known tinyint NOT NULL) ENGINE = InnoDB`,
  )
  await runner.query(`INSERT IGNORE INTO ${PROGRESS} (name, until_at, steps, is_known) VALUES ('lock', 0, 0, 0)`)
  const taken = await runner.query(
    `UPDATE ${PROGRESS} SET holder = ?, until_at = ${NOW} + ? WHERE name = 'lock' AND (holder IS NULL OR holder = ? OR until_at < ${NOW})`,
    [holder, leaseMs, holder],
  )
  const [row] = (await runner.query(
    `SELECT holder, migration, steps, is_known FROM ${PROGRESS} WHERE name = 'lock'`,
  )) as ProgressRow[]
  if (changedRows(taken) !== 1 || row === undefined) {
    throw new AppError('db.migrating-elsewhere', `${row?.holder ?? 'another process'} brings the tables up to date`, {
      retry: 'later',
    })
  }
  const renew = (): Promise<unknown> =>
    beside.query(`UPDATE ${PROGRESS} SET until_at = ${NOW} + ? WHERE name = 'lock' AND holder = ?`, [leaseMs, holder])
  // A renewal that fails is made up for by the next one, or the next step finds out.
  const renewals = setInterval(() => void renew().catch(() => undefined), Math.ceil(leaseMs / 4))
  return {
    place: { migration: row.migration ?? undefined, steps: Number(row.steps) },
    isKnown: Number(row.is_known) === 1,
    tell: async (on, { migration, steps }) => {
      const told = await on.query(
        `UPDATE ${PROGRESS} SET migration = ?, steps = ?, is_known = GREATEST(is_known, ?), until_at = ${NOW} + ?
         WHERE name = 'lock' AND holder = ?`,
        [migration ?? null, steps, migration === undefined ? 1 : 0, leaseMs, holder],
      )
      if (changedRows(told) !== 1) {
        throw new AppError('db.migration-lock-lost', 'this process stood still, and another one migrates', {
          retry: 'later',
        })
      }
    },
    release: async (on) => {
      clearInterval(renewals)
      await on.query(`UPDATE ${PROGRESS} SET holder = NULL, until_at = 0 WHERE name = 'lock' AND holder = ?`, [holder])
    },
  }
}
