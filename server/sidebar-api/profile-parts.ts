import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { CustomerProfile, CustomerSource, Follow } from '../records/customers/customer-queries.ts'
import type { CustomerFacts } from '../records/facts/facts.ts'
import type { Notes } from '../records/notes/notes.ts'
import type { AskConsent } from '../records/privacy/consents.ts'
import type { Profiles } from '../records/profiles/profiles.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import { addWayText } from './add-way.ts'
import type { Profile } from './contract.ts'
import { fieldViews } from './field-view.ts'
import type { Friend } from './friend-of.ts'
import { HABIT_FACTS, habitsOf } from './habits.ts'

export interface ProfilePartsDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: { sourcesOf(tx: Tx, externalUserId: string): Promise<CustomerSource[]> } }
  staff: { queries: { nameOf(tx: Tx, userId: string): Promise<string | undefined> } }
  profiles: { queries: Pick<Profiles['queries'], 'fieldsOf'> }
  facts: Pick<CustomerFacts, 'of'>
  privacy: AskConsent
  notes: { queries: Pick<Notes['queries'], 'pinnedOf'> }
}

/** What a profile says besides names, tags and orders. */
export function createProfileParts({
  clock,
  rules,
  customers,
  staff,
  profiles,
  facts,
  privacy,
  notes,
}: ProfilePartsDeps) {
  /** Most of what is said of a customer was done by the guide whose customer it is. */
  const nameOf = async (tx: Tx, guide: Friend, userId: string): Promise<string> =>
    userId === guide.userId ? guide.name : ((await staff.queries.nameOf(tx, userId)) ?? userId)

  /** How this guide got to know them, and how the house did. */
  async function source(
    tx: Tx,
    guide: Friend,
    externalUserId: string,
    known: CustomerProfile | undefined,
    follow: Follow | undefined,
  ): Promise<Profile['source']> {
    const sources = await customers.queries.sourcesOf(tx, externalUserId)
    const [first] = sources
    const own = sources.findLast((one) => one.userId === guide.userId)
    const isOwn = first === undefined || first === own || first.userId === guide.userId
    return {
      channel: own?.channel ?? (isOwn ? (known?.firstChannel ?? null) : null),
      addWay: addWayText(follow?.addWay) ?? null,
      addedAtMs: follow?.addedAtMs ?? null,
      first: isOwn
        ? null
        : { channel: first.channel ?? null, guide: await nameOf(tx, guide, first.userId), atMs: first.addedAtMs },
    }
  }

  /** Nobody is judged who does not want to be, of a friendship that is over nothing is foretold, and who has paid for nothing
   *  has no habits. */
  async function habits(
    tx: Tx,
    { lost }: Friend,
    externalUserId: string,
    { paidCount }: Pick<Profile['orders'], 'paidCount'>,
  ): Promise<Pick<Profile, 'rhythm' | 'marks'>> {
    const none = { rhythm: null, marks: [] }
    if (lost !== undefined || paidCount === 0) return none
    const refused = await privacy.consents.refusedAmong(tx, 'profiling', [externalUserId])
    if (refused.has(externalUserId)) return none
    const found = await facts.of(tx, [externalUserId], clock.now(), HABIT_FACTS)
    return habitsOf(found.get(externalUserId) ?? new Map())
  }

  async function fields(tx: Tx, friend: Friend, externalUserId: string): Promise<Profile['fields']> {
    const declared = rules.current().fields
    if (declared.length === 0) return []
    const known = await profiles.queries.fieldsOf(tx, externalUserId)
    return fieldViews(tx, { friend, fields: declared, known }, (own, userId) => nameOf(own, friend, userId))
  }

  async function pinned(tx: Tx, guide: Friend, externalUserId: string): Promise<Profile['pinned']> {
    const { lost, userId } = guide
    const seenBy = lost === undefined ? undefined : { userId, untilMs: lost.atMs }
    const note = await notes.queries.pinnedOf(tx, externalUserId, seenBy)
    return note === undefined ? null : { text: note.text, by: await nameOf(tx, guide, note.userId), atMs: note.atMs }
  }

  return { nameOf, source, habits, fields, pinned }
}
