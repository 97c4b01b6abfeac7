import { list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type Department, staffQueries } from './staff-queries.ts'
import { DEPARTMENT } from './staff-tables.ts'

/** These are all that the app sees; a name that is not told now is not forgotten. Writes what differs. Safe to repeat. */
export async function recordDepartments(tx: Tx, listed: readonly Department[]): Promise<void> {
  const known = new Map((await staffQueries.departments(tx)).map((one) => [one.id, one]))
  const changed = listed.filter(({ id, name, parentId }) => {
    const before = known.get(id)
    return before === undefined || before.parentId !== parentId || (name !== undefined && before.name !== name)
  })
  if (changed.length > 0) {
    const rows = changed.map(({ id, name, parentId }) => ({
      id,
      name: name ?? known.get(id)?.name ?? null,
      parent_id: parentId,
    }))
    await tx.upsert(DEPARTMENT, rows, ['id'])
  }
  const here = new Set(listed.map(({ id }) => id))
  const gone = [...known.keys()].filter((id) => !here.has(id))
  if (gone.length > 0) await tx.run(sql`DELETE FROM ${DEPARTMENT} WHERE ${DEPARTMENT.id} IN ${list(gone)}`)
}
