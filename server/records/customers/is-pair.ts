import { type Sql, sql } from '../../core/db/sql.ts'
import { FOLLOW } from './customer-tables.ts'
import type { Pair } from './relation.ts'

/** Condition on the follow of one pair. */
export const isPair = ({ externalUserId, userId }: Pair): Sql =>
  sql`${FOLLOW.external_userid} = ${externalUserId} AND ${FOLLOW.userid} = ${userId}`
