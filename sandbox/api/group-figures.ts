import type { Desk } from '../desk.ts'

export interface GroupFigures {
  new_chat_cnt: number
  chat_total: number
  chat_has_msg: number
  new_member_cnt: number
  member_total: number
  member_has_msg: number
  msg_total: number
}

/** Groups of these owners: what was new in `fromMs` ≤ t < `untilMs`, and what there was in all at its end. Members who
 *  have left since are not remembered. Docs 92133. */
export function groupFigures(
  { world }: Desk,
  owners: readonly string[],
  fromMs: number,
  untilMs: number,
): GroupFigures {
  const sums = {
    new_chat_cnt: 0,
    chat_total: 0,
    chat_has_msg: 0,
    new_member_cnt: 0,
    member_total: 0,
    member_has_msg: 0,
    msg_total: 0,
  }
  for (const group of world.groups.values()) {
    if (group.dismissed || group.createdAtMs >= untilMs || !owners.includes(group.ownerUserId)) continue
    const members = [...group.members.values()].filter((member) => member.joinedAtMs < untilMs)
    const said = group.messages.filter(({ from, atMs }) => from !== 'system' && atMs < untilMs)
    const speakers = new Set(said.map((message) => message.externalUserId ?? message.userId))
    sums.new_chat_cnt += group.createdAtMs >= fromMs ? 1 : 0
    sums.chat_total += 1
    sums.chat_has_msg += said.length > 0 ? 1 : 0
    sums.new_member_cnt += members.filter((member) => member.joinedAtMs >= fromMs).length
    sums.member_total += members.length
    sums.member_has_msg += speakers.size
    sums.msg_total += said.length
  }
  return sums
}
