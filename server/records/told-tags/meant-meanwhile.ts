import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { MarkTags, type MarkTagsPayload } from '../tags/tag-actions.ts'

/** What begins the key of each change that a told word asks for; behind the word's number stands by which way it came to its customer. */
export const TOLD = 'told:'
const LENT = new RegExp(`^tag:${TOLD}\\d+:link:(\\d+):`)

interface Meant {
  userId: string
  /** No rule and no person, but a told word meant it. */
  isTold: boolean
  /** The merge by which it was lent. */
  linkId: string | undefined
}

/** The guides at whom somebody else, a rule or a person, has meant this tag of the customer since it was lent by the merge that is taken
 *  back, by whichever word came first, whether or not there was anything left to change: what they meant stays. Nobody, where the change by
 *  which it was lent is forgotten. */
export async function meantMeanwhile(tx: Tx, path: string, owner: string): Promise<Set<string>> {
  const meant = await meantOf(tx, path, owner)
  const last = meant.findLast(({ linkId }) => linkId !== undefined)
  if (last === undefined) return new Set()
  const since = meant.slice(meant.findIndex(({ linkId }) => linkId === last.linkId))
  return new Set(since.flatMap(({ isTold, userId }) => (isTold ? [] : [userId])))
}

/** In the order in which it was meant. */
async function meantOf(tx: Tx, path: string, owner: string): Promise<Meant[]> {
  const rows = await tx.rows(
    sql`SELECT ${pick(ACTION, 'payload', 'dedupe_key')} FROM ${ACTION}
        WHERE ${ACTION.external_userid} = ${owner} AND ${ACTION.kind} = ${MarkTags.kind} ORDER BY ${ACTION.id}`,
  )
  return rows.flatMap(({ payload, dedupe_key }) => {
    const { add, remove, userId } = JSON.parse(payload) as MarkTagsPayload
    if (![...add, ...remove].includes(path)) return []
    return [{ userId, isTold: dedupe_key.startsWith(`tag:${TOLD}`), linkId: LENT.exec(dedupe_key)?.[1] }]
  })
}
