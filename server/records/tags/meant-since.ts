import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import type { Pair } from '../customers/relation.ts'
import { MarkTags, type MarkTagsPayload } from './tag-actions.ts'
import type { TagSetBy } from './tag-tables.ts'

/** Of one pair: the tags, 组/名, that changes after this action are about, whatever became of them. `by`: only such changes. */
export async function meantSince(
  tx: Tx,
  id: number,
  { externalUserId, userId }: Pair,
  by?: TagSetBy,
): Promise<Set<string>> {
  const later = await tx.rows(
    sql`SELECT ${pick(ACTION, 'payload')} FROM ${ACTION}
        WHERE ${ACTION.external_userid} = ${externalUserId} AND ${ACTION.id} > ${id} AND ${ACTION.kind} = ${MarkTags.kind}`,
  )
  const changes = later.map((row) => JSON.parse(row.payload) as MarkTagsPayload)
  return new Set(
    changes
      .filter((change) => change.userId === userId && (by === undefined || change.by === by))
      .flatMap(({ add, remove }) => [...add, ...remove]),
  )
}
