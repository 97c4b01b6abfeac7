import type { RowOf } from '../../core/db/define-table.ts'
import { all, every, lock, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { GivenNames } from '../customers/given-customer.ts'
import type { WaitingRows } from '../told/waiting-rows.ts'
import { personKey } from './person-key.ts'
import { PROFILE_WAITING } from './profile-tables.ts'

/** What was told about people whom we do not know yet; of each, the last. */
export const waitingProfiles = {
  rows: {
    table: PROFILE_WAITING,
    // A row goes as soon as its customer is known.
    isWaiting: every([]),
    age: PROFILE_WAITING.told_at,
    toldSince: (fromMs) => sql`${PROFILE_WAITING.told_at} > ${fromMs}`,
  } satisfies WaitingRows,
  /** `birthday`: `1990-05-20` or `05-20`. */
  keep: async (tx: Tx, names: GivenNames, birthday: string, nowMs: number): Promise<void> => {
    const person_key = personKey(names)
    await tx.upsert(PROFILE_WAITING, [{ person_key, ...names, birthday, told_at: nowMs }], ['person_key'])
  },
  /** Held until the transaction ends. */
  find: (tx: Tx, id: number): Promise<RowOf<typeof PROFILE_WAITING> | undefined> =>
    tx.row(sql`SELECT ${all(PROFILE_WAITING)} FROM ${PROFILE_WAITING} WHERE ${PROFILE_WAITING.id} = ${id} ${lock()}`),
  drop: async (tx: Tx, id: number): Promise<void> => {
    await tx.run(sql`DELETE FROM ${PROFILE_WAITING} WHERE ${PROFILE_WAITING.id} = ${id}`)
  },
}
