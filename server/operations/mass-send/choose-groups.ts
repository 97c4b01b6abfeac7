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
}

/** Pure: the same choice is shown by the dry run and made by the run. */
export function chooseGroups(
  groups: readonly { chatId: string; owner: string | undefined }[],
  { received, perGroup, contacts, left }: GroupChoiceContext,
): Choice[] {
  return groups.map(({ chatId: id, owner: userId }): Choice => {
    const had = received.get(id) ?? 0
    const tooOften = overCeiling(contacts, id)
    if (userId === undefined) return { id, userId, excluded: { kind: 'no-owner', zh: '不知道群主是谁，没有人能确认' } }
    if (left.has(userId)) return { id, userId, excluded: { kind: 'no-owner', zh: '群主已经离职，先换群主' } }
    if (had >= perGroup) {
      return { id, userId, excluded: { kind: 'over-limit', zh: `本月群发次数已满（${had}/${perGroup}）` } }
    }
    if (tooOften !== undefined) return { id, userId, excluded: { kind: 'over-ceiling', zh: tooOften } }
    return { id, userId }
  })
}
