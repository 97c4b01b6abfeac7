import { id, instant, nullable, text } from './columns.ts'
import { defineTable } from './define-table.ts'
import { ofNobody } from './personal-data.ts'
import { pick, sql } from './sql.ts'
import type { Tx } from './tx.ts'

const PARCEL = defineTable(
  'parcel',
  { id: id(), code: text(20), packed_at: instant(), note: nullable(text(80)) },
  { personal: ofNobody('a test'), snapshot: { leftOut: 'never stored' } },
)

/** Never run. What is no column, or is missing, does not compile, however the row was put together. */
export async function whatIsNoColumn(tx: Tx, isPacked: boolean): Promise<void> {
  const parcel = { code: 'a', packed_at: 1 }
  await tx.insert(PARCEL, { ...parcel, ...(isPacked ? { note: 'b' } : {}) })
  await tx.upsert(PARCEL, [{ ...parcel }], ['code'])
  const renamed = { ...parcel, remark: 'c' }
  // @ts-expect-error: `remark` is no column; it came through a spread.
  await tx.insertIgnore(PARCEL, [{ ...renamed }])
  // @ts-expect-error: the same in a variable.
  await tx.insert(PARCEL, renamed)
  // @ts-expect-error: one branch of two.
  await tx.insert(PARCEL, { ...parcel, ...(isPacked ? { remark: 'c' } : {}) })
  // @ts-expect-error: `packed_at` must be there.
  await tx.upsert(PARCEL, [{ code: 'a' }], ['code'])
  // @ts-expect-error: a key that is no column.
  await tx.upsert(PARCEL, [parcel], ['name'])
}

/** Never run. A row that was given may be given to others as well. */
export async function whatIsChanged(tx: Tx): Promise<void> {
  const row = await tx.row(sql`SELECT ${pick(PARCEL, 'code')} FROM ${PARCEL}`)
  // @ts-expect-error: nobody may write into it.
  if (row !== undefined) row.code = 'b'
}
