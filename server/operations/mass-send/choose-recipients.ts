import { NO_GUIDE } from '../../records/customers/no-guide.ts'
import { NO_MARKETING } from '../../rules/book/no-marketing.ts'
import type { Choice, Exclusion } from './choice.ts'
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
  /** The guide who speaks for the brand with each customer, or who is expected to send to them. */
  owners: ReadonlyMap<string, string>
  /** Those for whom WeCom may choose another guide; absent: nobody. */
  guessed?: ReadonlySet<string>
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
  /** The version that somebody gets; absent: all get the same. */
  variantOf?(externalUserId: string): string | undefined
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
    if (userId === undefined) {
      choices.push({ id, userId, excluded: saidNo(id, context) ?? { kind: NO_GUIDE.code, zh: NO_GUIDE.zh } })
    } else {
      const excluded = saidNo(id, context) ?? hadEnough(id, context) ?? drawnOut(id, context)
      choices.push(excluded === undefined ? chosen(id, userId, context) : { id, userId, excluded })
    }
  }
  return choices
}

function chosen(id: string, userId: string, { variantOf, guessed }: ChoiceContext): Choice {
  const variant = variantOf?.(id)
  return {
    ...{ id, userId },
    ...(guessed?.has(id) === true ? { isGuess: true } : {}),
    ...(variant === undefined ? {} : { variant }),
  }
}

function saidNo(id: string, { refused, dropped }: ChoiceContext): Exclusion | undefined {
  if (refused.has(id)) return { kind: 'no-consent', zh: NO_CONSENT }
  const zh = dropped?.get(id)
  return zh === undefined ? undefined : { kind: 'dropped-out', zh }
}

function hadEnough(id: string, context: ChoiceContext): Exclusion | undefined {
  const received = context.received.get(id) ?? 0
  if (received >= context.perCustomer)
    return { kind: 'over-limit', zh: `本月群发次数已满（${received}/${context.perCustomer}）` }
  const tooOften = overCeiling(context.contacts, id)
  if (tooOften !== undefined) return { kind: 'over-ceiling', zh: tooOften }
  const kept = context.keptFor(id)
  return kept === undefined ? undefined : { kind: 'kept-for-another', zh: kept }
}

function drawnOut(id: string, { draws }: ChoiceContext): Exclusion | undefined {
  if (draws.getsNone(id)) return { kind: 'no-marketing', zh: NO_MARKETING }
  return draws.isHeldOut(id) ? { kind: 'held-out', zh: '这次群发的对照组，只观察' } : undefined
}
