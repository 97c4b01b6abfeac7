import { toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { int, need, object, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'

const MAX_STAFF_WITHOUT_FILTER = 1_000

/** Customer groups (客户群). Docs 92120, 92122. */
export function groupEndpoints(paging: Paging) {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/list',
      method: 'POST',
      params: {
        status_filter: int({ min: 0, max: 3 }),
        owner_filter: object({ userid_list: texts({ max: 100 }) }),
        limit: need(int({ min: 1, max: 1000 })),
        cursor: text(),
      },
      empty: { group_chat_list: [], next_cursor: '' },
      handle: (p, { world }) => {
        const owners = p.owner_filter?.userid_list
        if (!owners?.length && world.staff.size > MAX_STAFF_WITHOUT_FILTER) refuse(81017, 'owner_filter needed')
        const statusOf = (ownerUserId: string): number => (world.staff.get(ownerUserId)?.left ? 1 : 0)
        const { rows, nextCursor } = paging(p.cursor, p.limit, () =>
          [...world.groups.values()].filter((group) => {
            const isWanted = !p.status_filter || statusOf(group.ownerUserId) === p.status_filter
            return !group.dismissed && isWanted && (!owners?.length || owners.includes(group.ownerUserId))
          }),
        )
        const list = rows.map((group) => ({ chat_id: group.chatId, status: statusOf(group.ownerUserId) }))
        return { group_chat_list: list, next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/get',
      method: 'POST',
      params: { chat_id: need(text()), need_name: int({ min: 0, max: 1 }) },
      handle: (p, { world, clock }) => {
        const group = world.groups.get(p.chat_id) ?? refuse(40050, 'chatid does not exist')
        if (group.dismissed) refuse(49008, 'group dismissed')
        const nowMs = clock.now()
        const told = group.past.find((past) => past.untilMs > nowMs) ?? group
        const members = [...told.members.values()].map((member) => {
          const customer = member.type === 2 ? world.customers.get(member.id) : undefined
          const name = customer?.name ?? world.staff.get(member.id)?.name ?? ''
          return {
            userid: member.id,
            type: member.type,
            join_time: toSec(member.joinedAtMs),
            join_scene: member.joinScene,
            group_nickname: '',
            ...(customer?.unionId === undefined ? {} : { unionid: customer.unionId }),
            ...(member.invitorUserId === undefined ? {} : { invitor: { userid: member.invitorUserId } }),
            ...(p.need_name === 1 ? { name } : {}),
            ...(member.joinScene === 3 && member.state !== undefined ? { state: member.state } : {}),
          }
        })
        return {
          group_chat: {
            chat_id: group.chatId,
            name: told.name,
            owner: told.ownerUserId,
            create_time: toSec(group.createdAtMs),
            notice: told.notice,
            member_list: members,
            admin_list: group.adminUserIds.map((userid) => ({ userid })),
            member_version: told.memberVersion,
          },
        }
      },
    }),
  ]
}
