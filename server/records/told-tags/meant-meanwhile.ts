import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { MarkTags, type MarkTagsPayload } from '../tags/tag-actions.ts'

/** What begins the key of each change that a told word asks for. */
export const TOLD = 'told:'
const OF_WORDS = `tag:${TOLD}`

/** The guides at whom somebody else, a rule or a person, has meant this tag of the customer since the word was carried out, whether or not
 *  there was anything left to change: what they meant stays when the word is taken back. Nobody, where the word's own change is forgotten. */
export async function meantMeanwhile(
  tx: Tx,
  { id, path }: { id: number; path: string },
  owner: string,
): Promise<Set<string>> {
  const own = `${OF_WORDS}${id}:`
  const words = await tx.rows(
    // ';' comes after ':'.
    sql`SELECT ${pick(ACTION, 'id')} FROM ${ACTION}
        WHERE ${ACTION.dedupe_key} >= ${own} AND ${ACTION.dedupe_key} < ${`${own.slice(0, -1)};`}`,
  )
  if (words.length === 0) return new Set()
  const last = Math.max(...words.map((word) => word.id))
  const later = await tx.rows(
    sql`SELECT ${pick(ACTION, 'payload', 'dedupe_key')} FROM ${ACTION}
        WHERE ${ACTION.external_userid} = ${owner} AND ${ACTION.id} > ${last} AND ${ACTION.kind} = ${MarkTags.kind}`,
  )
  return new Set(
    later
      .filter(({ dedupe_key }) => !dedupe_key.startsWith(OF_WORDS))
      .map(({ payload }) => JSON.parse(payload) as MarkTagsPayload)
      .filter(({ add, remove }) => [...add, ...remove].includes(path))
      .map(({ userId }) => userId),
  )
}
