import type { Tx } from '../../../core/db/tx.ts'
import type { Customers } from '../../../records/customers/customers.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import type { AskConsent } from '../../../records/privacy/consents.ts'
import { getsNoMarketing } from '../../../rules/book/no-marketing.ts'
import type { RuleBook, Sop } from '../../../rules/book/rule-book.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'
import { entryStore } from '../model/sop-entry.ts'
import { type Arrival, atTheDoor, factsAsked, type Known, type Occasion } from './admission.ts'
import type { ExclusiveGroup } from './exclusive-group.ts'

export interface GatherKnownDeps {
  facts: Pick<CustomerFacts, 'of'>
  vocabulary: Pick<Vocabulary, 'facts'>
  customers: { queries: Pick<Customers['queries'], 'ownersOf'> }
  exclusiveGroup: Pick<ExclusiveGroup, 'insideOf'>
  privacy: AskConsent
  rules: { current(): Pick<RuleBook, 'policy'> }
}

/** Somebody who comes to a journey. `userId`: the guide with whom; absent: whoever has them now. */
export interface Comer {
  externalUserId: string
  userId?: string | undefined
}

/** What admission to one journey must know of these customers, in their order, in the same few statements however many
 *  they are. Facts are read only for those whom they decide about. */
export function createGatherKnown({ facts, vocabulary, customers, exclusiveGroup, privacy, rules }: GatherKnownDeps) {
  async function arrivalsOf(tx: Tx, released: Sop, comers: readonly Comer[], occasion: Occasion, atMs: number) {
    const latest = await entryStore.latest(tx, released.name, comers.map(idOf))
    const alone = comers.filter((comer) => comer.userId === undefined)
    const owners = alone.length === 0 ? undefined : await customers.queries.ownersOf(tx, alone.map(idOf))
    const refused = await privacy.consents.refusedAmong(tx, 'marketing', comers.map(idOf), 'journeys')
    return comers.map(
      ({ externalUserId, userId = owners?.get(externalUserId) }): Arrival => ({
        externalUserId,
        occasion,
        atMs,
        latest: latest.get(externalUserId),
        userId,
        hasRefused: refused.has(externalUserId),
        getsNone: getsNoMarketing(rules.current().policy, externalUserId),
      }),
    )
  }

  return async (
    tx: Tx,
    released: Sop,
    comers: readonly Comer[],
    { occasion, atMs }: { occasion: Occasion; atMs: number },
  ): Promise<Known[]> => {
    const arrivals = await arrivalsOf(tx, released, comers, occasion, atMs)
    const undecided = arrivals.filter((arrival) => atTheDoor(released, arrival).kind === 'let-through').map(idOf)
    const values = await facts.of(tx, undecided, atMs, factsAsked(released, occasion))
    const inside = await exclusiveGroup.insideOf(tx, released, undecided)
    return arrivals.map((arrival) => ({
      ...arrival,
      facts: values.get(arrival.externalUserId) ?? new Map(),
      inside: inside.get(arrival.externalUserId) ?? [],
      words: vocabulary.facts,
    }))
  }
}
export type GatherKnown = ReturnType<typeof createGatherKnown>

const idOf = ({ externalUserId }: { externalUserId: string }): string => externalUserId
