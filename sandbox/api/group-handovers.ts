import { shanghaiDaysBetween } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { need, text, texts } from '../params.ts'
import { putMember } from '../relations.ts'
import { needTakeover } from './handover-members.ts'

const MOST_TAKEN_A_DAY = 300
const MOST_IN_90_DAYS = 2
const WORDS: Record<number, string> = {
  90501: 'not a customer group',
  49008: 'group dismissed',
  90500: 'group owner has not left',
  90502: 'group owner has left',
  90504: 'owner unchanged',
  40128: 'transferred too often',
  45009: 'new owner took over 300 groups today',
}

/** The owner moves at once, or the errcode says why not. */
function moveOwner(desk: Desk, chatId: string, newOwner: string, resigned: boolean): number {
  const { world, clock } = desk
  const nowMs = clock.now()
  const group = world.groups.get(chatId)
  if (!group) return 90501
  if (group.dismissed) return 49008
  const hasLeft = world.staff.get(group.ownerUserId)?.left === true
  if (resigned && !hasLeft) return 90500
  if (!resigned && hasLeft) return 90502
  if (group.ownerUserId === newOwner) return 90504
  const moves = world.groupTransfers.get(chatId) ?? []
  const recent = moves.filter((atMs) => shanghaiDaysBetween(atMs, nowMs) < 90)
  if (!resigned && recent.length >= MOST_IN_90_DAYS) return 40128
  const taken = (world.groupTakeovers.get(newOwner) ?? []).filter((atMs) => shanghaiDaysBetween(atMs, nowMs) === 0)
  if (taken.length >= MOST_TAKEN_A_DAY) return 45009
  world.groupTakeovers.set(newOwner, [...taken, nowMs])
  if (!resigned) world.groupTransfers.set(chatId, [...recent, nowMs])
  group.ownerUserId = newOwner
  if (!group.members.has(newOwner)) {
    putMember(world, group, { id: newOwner, type: 1, joinedAtMs: nowMs, joinScene: 1 })
    group.memberVersion = desk.random.hex(32)
  }
  desk.changed()
  return 0
}

const groupHandover = (name: string, resigned: boolean) =>
  endpoint({
    path: `/cgi-bin/externalcontact/groupchat/${name}`,
    method: 'POST',
    params: { chat_id_list: need(texts({ max: 100 })), new_owner: need(text()) },
    empty: { failed_chat_list: [] },
    handle: (p, desk) => {
      const { userId } = needTakeover(desk, p.new_owner)
      const failed = p.chat_id_list.flatMap((chatId) => {
        const errcode = moveOwner(desk, chatId, userId, resigned)
        return errcode === 0 ? [] : [{ chat_id: chatId, errcode, errmsg: WORDS[errcode] ?? '' }]
      })
      return { failed_chat_list: failed }
    },
  })

/** Groups get another owner, of a member who left or of one on the job. Docs 92127, 95703. */
export const groupHandoverEndpoints = () => [groupHandover('transfer', true), groupHandover('onjob_transfer', false)]
