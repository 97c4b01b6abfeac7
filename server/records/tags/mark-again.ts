import { leftOut } from '../../core/db/define-table.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { ERRCODE, OUT_OF_RANGE } from '../../platform/wecom/error-codes/errcode.ts'
import { NOT_SERVING } from '../alerts/not-serving.ts'
import { meantSince } from './meant-since.ts'
import type { TagChange } from './queue-tag-changes.ts'
import { MarkTags, type MarkTagsPayload } from './tag-actions.ts'

export interface MarkAgainDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  change(tx: Tx, wanted: TagChange): Promise<boolean>
}

/** What these say may be otherwise tomorrow: a guide comes back into the app's range, a half add is accepted, a right is
 *  given. */
const MAY_MEND = [
  ...OUT_OF_RANGE,
  ERRCODE.noSuchCustomer,
  ERRCODE.noRelation,
  ERRCODE.noRightToApi,
  ERRCODE.untrustedIp,
  ERRCODE.noRightToCustomers,
  ...NOT_SERVING,
]
const EVERY_MS = 8 * HOUR_MS
/** Together two days; then it is left to `npm run actions -- failed`. */
const MOST_TIMES = 6
const AT_ONCE = 200

/** Of an action that is one of these. */
export const isAgain = ({ dedupeKey }: { dedupeKey: string }): boolean => dedupeKey.startsWith('tag:again:')

/** Tags of rules that WeCom refused are tried again some times a day, each refusal once: a rule does not ask a second time,
 *  and the customer would be without the tag for good. What was decided since about the same tags is left as it is. */
export function createMarkAgain({ db, clock, change }: MarkAgainDeps): Job {
  const a = ACTION

  async function refused(tx: Tx, afterId: number) {
    const isMendable = sql`${a.error_code} IN ${list(MAY_MEND)} AND ${a.finished_at} >= ${clock.now() - DAY_MS}`
    return tx.rows(
      sql`SELECT ${pick(a, 'id', 'dedupe_key', 'payload', 'reason', 'external_userid')} FROM ${a}
          WHERE ${a.kind} = ${MarkTags.kind} AND ${a.state} IN ('failed', 'dead') AND ${a.id} > ${afterId} AND ${isMendable}
          ORDER BY ${a.id} LIMIT ${AT_ONCE}`,
    )
  }

  async function isOvertaken(tx: Tx, id: number, payload: MarkTagsPayload): Promise<boolean> {
    const later = await meantSince(tx, id, payload)
    return [...payload.add, ...payload.remove].some((path) => later.has(path))
  }

  /** Gives the last id of the page; undefined: that was all. */
  async function page(tx: Tx, afterId: number): Promise<number | undefined> {
    const rows = await refused(tx, afterId)
    for (const { id, dedupe_key, payload: text, reason } of rows) {
      const payload = JSON.parse(text) as MarkTagsPayload
      const [, times = '0', first = String(id)] = /^tag:again:(\d+):(\d+)$/.exec(dedupe_key) ?? []
      if (payload.by !== 'rule' || Number(times) >= MOST_TIMES || (await isOvertaken(tx, id, payload))) continue
      const key = `again:${Number(times) + 1}:${first}`
      const { via, ...wanted } = payload
      const why = JSON.parse(reason) as Reason
      await change(tx, { ...wanted, ...(via === undefined ? {} : { via }), reason: why, key })
    }
    return rows.length < AT_ONCE ? undefined : rows.at(-1)?.id
  }

  return {
    name: 'tags.mark-again',
    everyMs: EVERY_MS,
    dueAt: leftOut('in a rehearsal nothing is refused'),
    run: async () => {
      let last: number | undefined = 0
      while (last !== undefined) last = await db.tx((tx) => page(tx, last ?? 0))
    },
  }
}
