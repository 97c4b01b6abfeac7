import { pick, sql } from '../../../core/db/sql.ts'
import type { ReadTx } from '../../../core/db/tx.ts'
import type { Group } from '../../../records/groups/group-queries.ts'
import { DUTY, type DutyRow } from './duty-tables.ts'

type About = Pick<DutyRow, 'userid' | 'group_names'>

/** What was asked for at that time and not dropped with its rule. `occasion`: as `occasionInKey` gives it. */
export const otherwiseEnded = (tx: ReadTx, occasion: string): Promise<About[]> =>
  tx.rows(
    sql`SELECT ${pick(DUTY, 'userid', 'group_names')} FROM ${DUTY}
        WHERE ${DUTY.duty_key} >= ${occasion} AND ${DUTY.duty_key} < ${`${occasion.slice(0, -1)};`}`,
  )

/** Is one of these about the group? As far as they name it, or are its owner's: more than three are only counted. */
export const isAbout = (duties: readonly About[], { name, owner }: Pick<Group, 'name' | 'owner'>): boolean =>
  duties.some((one) => one.userid === owner || (name !== '' && one.group_names.includes(`「${name}」`)))
