import type { Emit } from '../../engine/inbox/emit.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { KnownNames } from '../customers/given-customer.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { OrderOfErasedDeps } from './order-of-erased.ts'

export interface RecordOrderDeps extends OrderOfErasedDeps {
  emit: Emit
  timeline: Timeline
  customers: KnownNames
  /** Whose catalogue goods are labelled by at once; without it by a job of the server. */
  rules?: Pick<RuleBookHolder, 'current'>
}

export interface RecordedOrder {
  /** `corrected`: nothing happened to the order, but something of it was wrong or missing here. */
  result: 'stored' | 'corrected' | 'unchanged'
  /** Whether we know whose order it is. */
  matched: boolean
  /** Why nobody will ever be found, one Chinese sentence; undefined: somebody has been, or may be. */
  nobody: string | undefined
}
