import type { Among } from '../../core/db/among.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { CeilingDeps } from './contact-ceiling.ts'
import type { GroupAudienceDeps } from './group-page.ts'
import type { Likely } from './likely-senders.ts'

/** What the audience needs from those who know the customers, and the groups. */
export interface AudienceDeps extends CeilingDeps {
  facts: Pick<CustomerFacts, 'audience' | 'of'>
  ownersOf(tx: Tx, among: Among): Promise<Map<string, string>>
  /** Who is expected to send where WeCom chooses; asked only for such a send. */
  likelySenders(tx: Tx, among: Among): Promise<Map<string, Likely>>
  /** A rule may still name a guide by a former userid. */
  currentIdOf(tx: Tx, userId: string): Promise<string>
  /** The corp's own limit per customer and month; undefined: the platform's, the days of the month. */
  perCustomerPerMonth: number | undefined
  consents: AskConsent['consents']
  /** Whether this customer belongs to those who get no marketing at all. */
  getsNone(externalUserId: string): boolean
  /** All sends of the rules: those that are more important keep their places. */
  sends(): Iterable<Send>
  groups: GroupAudienceDeps
}
