import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Customers } from '../../../records/customers/customers.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import type { AskConsent } from '../../../records/privacy/consents.ts'
import { getsNoMarketing } from '../../../rules/book/no-marketing.ts'
import { byPriority } from '../../../rules/book/priority.ts'
import type { RuleBook, Sop } from '../../../rules/book/rule-book.ts'
import { eventNameOf } from '../../../rules/schema/sop-event.ts'
import { isEventTrigger, type SopTrigger } from '../../../rules/schema/sop-trigger.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'
import { type Arrival, admit, atTheDoor, factsAsked } from '../enter/admission.ts'
import { type Refusal, refusalStore } from '../enter/refusal-store.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { versionFor } from '../model/version-for.ts'

export interface WhyNotDeps {
  clock: Clock
  rules: { current(): Pick<RuleBook, 'sops' | 'policy'> }
  facts: Pick<CustomerFacts, 'of'>
  vocabulary: Vocabulary
  customers: { queries: Pick<Customers['queries'], 'ownersOf'> }
  privacy: AskConsent
}

/** A journey in force that a customer is not in. */
export interface NotIn {
  sop: string
  title: string
  version: string
  /** One Chinese line: what keeps the customer out now, or what it waits for. */
  why: string
  /** The last event that might have let the customer in, and why it did not. */
  last: { atMs: number; text: string } | undefined
}

/** Why a customer is not in each journey in force that they are not in: what admission would say to its trigger now. Reads
 *  only. */
export function createWhyNot({ clock, rules, facts, vocabulary, customers, privacy }: WhyNotDeps) {
  return async (tx: Tx, externalUserId: string): Promise<NotIn[]> => {
    const atMs = clock.now()
    const sops = byPriority(rules.current().sops.values())
    // Newest first, so the first of a journey is its last time.
    const entries = await entryStore.ofCustomer(tx, externalUserId)
    const userId = (await customers.queries.ownersOf(tx, [externalUserId])).get(externalUserId)
    const hasRefused = (await privacy.consents.refusedAmong(tx, 'marketing', [externalUserId], 'journeys')).size > 0
    const getsNone = getsNoMarketing(rules.current().policy, externalUserId)
    const inside = sops.filter(({ name }) => latestIn(entries, name)?.state === 'active')
    const outside = sops
      .filter((sop) => !inside.includes(sop))
      .map((released) => {
        const sop = versionFor(released, externalUserId) ?? released
        const occasion = occasionOf(sop)
        const latest = latestIn(entries, released.name)
        const arrival = { externalUserId, occasion, atMs, latest, userId, hasRefused, getsNone }
        return { released, sop, arrival }
      })
    const known = (await facts.of(tx, [externalUserId], atMs, outside.flatMap(factsFor))).get(externalUserId)
    const last = await refusalStore.ofCustomer(tx, externalUserId)
    return outside.map(({ released, sop, arrival }) => {
      const decision = admit(released, { ...arrival, facts: known ?? new Map(), inside, words: vocabulary.facts })
      const why = decision.kind === 'refused' ? decision.zh : waitsFor(sop.value.trigger, vocabulary)
      return {
        sop: sop.name,
        title: sop.title,
        version: sop.version,
        why,
        last: lastOf(last.get(sop.name), vocabulary),
      }
    })
  }
}

const latestIn = (entries: readonly Entry[], sop: string): Entry | undefined => entries.find((one) => one.sop === sop)

const occasionOf = (sop: Sop): Arrival['occasion'] =>
  isEventTrigger(sop.value.trigger) ? { kind: 'event' } : { kind: 'look', versions: [sop] }

const factsFor = ({ released, arrival }: { released: Sop; arrival: Arrival }): string[] =>
  atTheDoor(released, arrival).kind === 'refused' ? [] : factsAsked(released, arrival.occasion)

/** What would let in somebody who is admitted already. */
function waitsFor(trigger: SopTrigger, vocabulary: Vocabulary): string {
  if (isEventTrigger(trigger)) return `条件符合，等着「${eventZh(vocabulary, eventNameOf(trigger))}」`
  if ('enters' in trigger) return '已经在人群里，离开以后再进人群才算'
  return 'leaves' in trigger ? '现在不在人群里，进了人群再离开才算' : '条件符合，下一次看名单时进来'
}

const lastOf = (refused: Refusal | undefined, vocabulary: Vocabulary): NotIn['last'] =>
  refused === undefined
    ? undefined
    : { atMs: refused.atMs, text: `${eventZh(vocabulary, refused.event)}时没有进：${refused.why}` }
