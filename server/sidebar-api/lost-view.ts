import type { Profile } from './contract.ts'
import type { Lost } from './friend-of.ts'

/** The end of a friendship, and what may still be done about it. `guides`: who are friends of the customer now, by name;
 *  `groups`: where the customer still is. */
export function lostView(
  lost: Lost | undefined,
  { guides, groups }: { guides: readonly string[]; groups: readonly string[] },
): Profile['lost'] {
  if (lost === undefined) return null
  const help: string[] = []
  const [first, ...more] = guides
  if (first !== undefined) {
    help.push(`${first}${more.length === 0 ? '' : `等 ${guides.length} 位同事`}还是好友，有事请${first}去说`)
  }
  if (groups.length > 0) help.push(`还在${groups.map((name) => `「${name}」`).join('、')}，群里发的都看得到`)
  help.push(AGAIN[lost.by], '没做完的待办已经撤下；重新加上以后，标签、订单和动态接着用')
  return { by: lost.by, atMs: lost.atMs, help }
}

const AGAIN: Record<Lost['by'], string> = {
  customer: '消息已经送不到，先别反复发好友申请；包裹卡、门店的码都能让对方自己加回来',
  guide: '想接着联系，在企业微信里重新添加，等对方通过',
  unknown: '核对时发现已经不是好友；想接着联系，在企业微信里重新添加，等对方通过',
}
