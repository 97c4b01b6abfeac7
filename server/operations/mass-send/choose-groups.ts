import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Choice } from './choice.ts'
import { type Contacts, overCeiling } from './contact-ceiling.ts'

export interface GroupChoiceContext {
  /** Corp mass messages received this month. */
  received: ReadonlyMap<string, number>
  perGroup: number
  /** What counts against the ceiling of policy.yaml; undefined: it has none. */
  contacts: Contacts | undefined
  /** Owners who have left. */
  left: ReadonlySet<string>
  /** Groups that have had this step of their group SOP, and when, UTC milliseconds. */
  hadStep?: ReadonlyMap<string, number>
  /** Why a group is kept for a more important send; undefined: it is not. */
  keptFor(chatId: string): string | undefined
}

/** Pure: the same choice is shown by the dry run and made by the run. */
export function chooseGroups(
  groups: readonly { chatId: string; owner: string | undefined }[],
  { received, perGroup, contacts, left, hadStep, keptFor }: GroupChoiceContext,
): Choice[] {
  return groups.map(({ chatId: id, owner: userId }): Choice => {
    const had = received.get(id) ?? 0
    const tooOften = overCeiling(contacts, id)
    const hadAtMs = hadStep?.get(id)
    if (hadAtMs !== undefined)
      return { id, userId, excluded: { kind: 'had-step', zh: `这一步 ${shanghaiText(hadAtMs)} 已经发过了` } }
    if (userId === undefined) return { id, userId, excluded: { kind: 'no-owner', zh: '不知道群主是谁，没有人能确认' } }
    if (left.has(userId)) return { id, userId, excluded: { kind: 'no-owner', zh: '群主已经离职，先换群主' } }
    if (had >= perGroup) {
      return { id, userId, excluded: { kind: 'over-limit', zh: `本月群发次数已满（${had}/${perGroup}）` } }
    }
    if (tooOften !== undefined) return { id, userId, excluded: { kind: 'over-ceiling', zh: tooOften } }
    const kept = keptFor(id)
    if (kept !== undefined) return { id, userId, excluded: { kind: 'kept-for-another', zh: kept } }
    return { id, userId }
  })
}
