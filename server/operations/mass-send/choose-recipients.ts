import { NO_GUIDE } from '../../records/customers/no-guide.ts'
import { NO_MARKETING } from '../../rules/book/no-marketing.ts'
import type { Choice } from './choice.ts'
import { type Contacts, overCeiling } from './contact-ceiling.ts'

export const NO_CONSENT = '客户拒绝了营销'

/** Last of all, so that both sides of a comparison are people who could have got it. */
export interface Draws {
  getsNone(externalUserId: string): boolean
  isHeldOut(externalUserId: string): boolean
}

export const nobodyHeldOut = (): boolean => false
export const keptForNobody = (): undefined => undefined

export interface ChoiceContext {
  /** The guide who speaks for the brand with each customer. */
  owners: ReadonlyMap<string, string>
  /** Corp mass messages received this month. */
  received: ReadonlyMap<string, number>
  perCustomer: number
  /** What counts against the ceiling of policy.yaml; undefined: it has none. */
  contacts: Contacts | undefined
  /** Why somebody is kept for a more important send; undefined: is not. */
  keptFor(externalUserId: string): string | undefined
  /** Who has refused marketing. */
  refused: ReadonlySet<string>
  /** Why somebody gets no further step of the campaign; those who do are not in it. Undefined: it is of none. */
  dropped?: ReadonlyMap<string, string>
  /** Whether somebody gets no marketing at all, or is held out of this send. */
  draws: Draws
  /** Only customers whose owner is one of these; undefined: everybody's. */
  guides: readonly string[] | undefined
}

/** Pure: the same choice is shown by the dry run and made by the run. Customers of guides who are not asked for are
 *  not part of the audience and left out altogether. */
export function chooseRecipients(externalUserIds: readonly string[], context: ChoiceContext): Choice[] {
  const choices: Choice[] = []
  for (const id of externalUserIds) {
    const userId = context.owners.get(id)
    if (context.guides !== undefined && (userId === undefined || !context.guides.includes(userId))) continue
    const received = context.received.get(id) ?? 0
    const tooOften = overCeiling(context.contacts, id)
    const kept = context.keptFor(id)
    const dropped = context.dropped?.get(id)
    if (context.refused.has(id)) {
      choices.push({ id, userId, excluded: { kind: 'no-consent', zh: NO_CONSENT } })
    } else if (dropped !== undefined) {
      choices.push({ id, userId, excluded: { kind: 'dropped-out', zh: dropped } })
    } else if (userId === undefined) {
      choices.push({ id, userId, excluded: { kind: NO_GUIDE.code, zh: NO_GUIDE.zh } })
    } else if (received >= context.perCustomer) {
      const zh = `本月群发次数已满（${received}/${context.perCustomer}）`
      choices.push({ id, userId, excluded: { kind: 'over-limit', zh } })
    } else if (tooOften !== undefined) {
      choices.push({ id, userId, excluded: { kind: 'over-ceiling', zh: tooOften } })
    } else if (kept !== undefined) {
      choices.push({ id, userId, excluded: { kind: 'kept-for-another', zh: kept } })
    } else if (context.draws.getsNone(id)) {
      choices.push({ id, userId, excluded: { kind: 'no-marketing', zh: NO_MARKETING } })
    } else if (context.draws.isHeldOut(id)) {
      choices.push({ id, userId, excluded: { kind: 'held-out', zh: '这次群发的对照组，只观察' } })
    } else {
      choices.push({ id, userId })
    }
  }
  return choices
}
