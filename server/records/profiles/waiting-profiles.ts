import type { RowOf } from '../../core/db/define-table.ts'
import { all, every, lock, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { GivenNames } from '../customers/given-customer.ts'
import type { WaitingRows } from '../told/waiting-rows.ts'
import { personKey } from './person-key.ts'
import type { ToldFields } from './profile-body.ts'
import { PROFILE_WAITING } from './profile-tables.ts'

/** Written by `keep` only. */
export const fieldsWaiting = (row: Pick<RowOf<typeof PROFILE_WAITING>, 'fields'> | undefined): ToldFields =>
  JSON.parse(row?.fields ?? '{}') as ToldFields

/** What was told about people whom we do not know yet; of each, the last. */
export const waitingProfiles = {
  rows: {
    table: PROFILE_WAITING,
    // A row goes as soon as its customer is known.
    isWaiting: every([]),
    age: PROFILE_WAITING.told_at,
    toldSince: (fromMs) => sql`${PROFILE_WAITING.told_at} > ${fromMs}`,
  } satisfies WaitingRows,
  /** `birthday`: `1990-05-20` or `05-20`. What was told before and is not told anew stays. */
  keep: async (
    tx: Tx,
    names: GivenNames,
    told: { birthday: string | undefined; fields: ToldFields },
    nowMs: number,
  ): Promise<void> => {
    const person_key = personKey(names)
    const before = await tx.row(
      sql`SELECT ${all(PROFILE_WAITING)} FROM ${PROFILE_WAITING} WHERE ${PROFILE_WAITING.person_key} = ${person_key} ${lock()}`,
    )
    const fields = { ...fieldsWaiting(before), ...told.fields }
    const row = {
      person_key,
      ...names,
      birthday: told.birthday ?? before?.birthday ?? '',
      fields: Object.keys(fields).length === 0 ? null : JSON.stringify(fields),
      told_at: nowMs,
    }
    await tx.upsert(PROFILE_WAITING, [row], ['person_key'])
  },
  /** Held until the transaction ends. */
  find: (tx: Tx, id: number): Promise<RowOf<typeof PROFILE_WAITING> | undefined> =>
    tx.row(sql`SELECT ${all(PROFILE_WAITING)} FROM ${PROFILE_WAITING} WHERE ${PROFILE_WAITING.id} = ${id} ${lock()}`),
  drop: async (tx: Tx, id: number): Promise<void> => {
    await tx.run(sql`DELETE FROM ${PROFILE_WAITING} WHERE ${PROFILE_WAITING.id} = ${id}`)
  },
}
