import type { Column } from '../../core/db/define-table.ts'
import { type Sql, sql } from '../../core/db/sql.ts'
import type { Pair } from './relation.ts'

/** Condition on the rows of one pair, in any table that has a guide's part of a customer. */
export const isPair = (
  table: { external_userid: Column<string>; userid: Column<string> },
  { externalUserId, userId }: Pair,
): Sql => sql`${table.external_userid} = ${externalUserId} AND ${table.userid} = ${userId}`
