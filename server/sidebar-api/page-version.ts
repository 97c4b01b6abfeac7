import { createHash } from 'node:crypto'
import { startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import type { CustomerProfile, Follow } from '../records/customers/customer-queries.ts'
import type { EntryStamp } from '../records/timeline/timeline.ts'

export interface PageParts {
  /** Whatever was done to or by the customer leaves an entry: tags, orders, tasks, groups, welcome, journeys, scripts. */
  entries: EntryStamp
  /** What is edited in WeCom and leaves none. */
  known: CustomerProfile | undefined
  follow: Follow | undefined
  /** Of the rule book: the words of scripts and of reasons. */
  rules: string
  /** Of prepared pictures: what scripts and invitations can be sent with. */
  media: string
  nowMs: number
}

/** An opaque text that is another one when the sidebar would show anything else about this customer. New names of
 *  groups, tags and other guides are not in it: the page reads those again now and then by itself. */
export function pageVersion({ entries, known, follow, rules, media, nowMs }: PageParts): string {
  const who = [known?.name, known?.avatar, known?.corpName, known?.firstChannel]
  const own = [follow?.remark, follow?.addedAtMs, follow?.addWay]
  const parts = [entries.count, entries.newestId, rules, media, startOfShanghaiDay(nowMs), ...who, ...own]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)
}
