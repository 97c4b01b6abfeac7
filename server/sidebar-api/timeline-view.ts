import type { TimelineEntry as Stored } from '../records/timeline/timeline.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'
import type { TimelineEntry } from './contract.ts'
import { guideWords } from './guide-words.ts'
import { whyOf } from './why.ts'

/** What passed between people, by the beginning of its kind; all else was decided by rules. */
const PEOPLE = [
  'customer.',
  'order.',
  'script.',
  'group.',
  'mass-send.sent',
  'moment.',
  'welcome.sent',
  'survey.',
  'profile.',
  'remark.',
  'note.',
  'tag.',
  'task.done',
  'task.passed-on',
  'task.later',
] as const

/** Which kinds a filter of the page asks for. */
export const KINDS_OF = { people: PEOPLE, orders: ['order.'] } as const

/** A tag may be a person's or a rule's; who set it stands in the reason. */
export const isOfRules = ({ kind, reason }: Pick<Stored, 'kind' | 'reason'>): boolean =>
  !PEOPLE.some((begin) => kind.startsWith(begin)) || (kind.startsWith('tag.') && reason?.rule !== undefined)

export const timelineView = (entry: Stored, book: RuleBook): TimelineEntry => ({
  id: entry.id,
  atMs: entry.atMs,
  kind: entry.kind,
  text: guideWords(entry.text),
  isRule: isOfRules(entry),
  why: entry.reason === undefined ? null : whyOf(entry.reason, book),
})
