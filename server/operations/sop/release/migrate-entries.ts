import type { Db } from '../../../core/db/db.ts'
import { pick, set, sql } from '../../../core/db/sql.ts'
import { takeRows } from '../../../core/db/take-rows.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import type { Release } from '../../../rules/release/release.ts'
import { releaseStore } from '../../../rules/release/release-store.ts'
import { ENTRY_COLUMNS, toEntry } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { SOP_ENTRY } from '../sop-tables.ts'
import { type Mover, migrateEntry } from './migrate-entry.ts'

export interface MigrateEntriesDeps extends Mover {
  db: Db
  clock: Clock
  versions: SopVersions
}

const BATCH = 50
/** A process that had not yet heard of the release may still have let somebody in by the version before. */
const STRAGGLERS_MS = MINUTE_MS

/** Sees to the people inside other versions of a journey as its last release says: lets them begin anew, leave, or go on
 *  from the same step. Batches of short transactions; who was seen to is marked in the same one, so a crash or a second
 *  process moves nobody twice. */
export function createMigrateEntries(deps: MigrateEntriesDeps) {
  const { db, clock, versions } = deps

  async function batch(tx: Tx, release: Release, target: SopVersion, from: string): Promise<number> {
    const rows = await takeRows(tx, {
      table: SOP_ENTRY,
      columns: ENTRY_COLUMNS,
      where: sql`${SOP_ENTRY.sop} = ${release.sop} AND ${SOP_ENTRY.version} = ${from} AND ${SOP_ENTRY.state} = 'active'
        AND ${SOP_ENTRY.seen_release} < ${release.id} AND ${SOP_ENTRY.held_out} = 0`,
      orderBy: sql`${SOP_ENTRY.id}`,
      limit: BATCH,
      claim: set(SOP_ENTRY, { seen_release: release.id }),
    })
    if (rows.length === 0) return 0
    const old = await versions(tx, release.sop, from)
    for (const row of rows) await migrateEntry(tx, deps, { entry: toEntry(row), old, target, release })
    return rows.length
  }

  async function carryOut(release: Release): Promise<void> {
    const { stable } = release
    if (stable === undefined) return
    const target = await db.tx((tx) => versions(tx, release.sop, stable))
    if (target === undefined) return
    const others = await db.tx((tx) =>
      tx.rows(
        sql`SELECT DISTINCT ${pick(SOP_ENTRY, 'version')} FROM ${SOP_ENTRY}
            WHERE ${SOP_ENTRY.sop} = ${release.sop} AND ${SOP_ENTRY.version} <> ${stable}`,
      ),
    )
    for (const { version } of others) {
      while ((await db.tx((tx) => batch(tx, release, target, version))) > 0) {
        // Until nobody is left; welcomes pass between two batches.
      }
    }
    const now = clock.now()
    if (now - release.atMs > STRAGGLERS_MS) await db.tx((tx) => releaseStore.setMoved(tx, release.id, now))
  }

  return async (): Promise<void> => {
    for (const release of (await db.statement((tx) => releaseStore.latest(tx))).values()) {
      if (release.what === 'halted' || release.inside === 'finish') continue
      if (release.movedAtMs === undefined) await carryOut(release)
    }
  }
}
