import { createHash } from 'node:crypto'
import { HOUR_MS } from '../../server/core/kernel/shanghai.ts'
import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { int, text } from '../params.ts'
import { refuse } from '../refusal.ts'

/** Cursors and temporary ids live 4 h. */
const LIFE_MS = 4 * HOUR_MS
const MOST = 1_000

/** No stable key: another one every four hours. */
const tmpOpenId = (externalUserId: string, nowMs: number): string =>
  `tmp${createHash('sha1')
    .update(`${externalUserId} ${Math.floor(nowMs / LIFE_MS)}`)
    .digest('hex')
    .slice(0, 29)}`

function* everyoneServed({ world, clock }: Desk) {
  const seen = (id: string) => ({
    tmp_openid: tmpOpenId(id, clock.now()),
    name: world.customers.get(id)?.name ?? '',
  })
  for (const [userId, follows] of world.followsByUser) {
    if (world.staff.get(userId)?.left) continue
    for (const follow of follows.values()) {
      yield {
        is_customer: true,
        external_userid: follow.externalUserId,
        ...seen(follow.externalUserId),
        follow_userid: userId,
        add_time: toSec(follow.addedAtMs),
      }
    }
  }
  for (const group of world.groups.values()) {
    if (group.dismissed) continue
    for (const member of group.members.values()) {
      const isCustomer = [...world.followsByCustomer.get(member.id)].length > 0
      if (member.type !== 2 || isCustomer) continue
      yield {
        is_customer: false,
        ...seen(member.id),
        follow_userid: group.ownerUserId,
        chat_id: group.chatId,
        chat_name: group.name,
        add_time: toSec(member.joinedAtMs),
      }
    }
  }
}

/** Customers, and others whom guides met in groups (已服务的外部联系人). Docs 99434. */
export function servedContactEndpoints(paging: Paging) {
  const givenAtMs = new Map<string, number>()
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/contact_list',
      method: 'POST',
      params: { limit: int({ min: 1, max: MOST }), cursor: text() },
      empty: { info_list: [], next_cursor: '' },
      handle: (p, desk) => {
        const nowMs = desk.clock.now()
        const since = p.cursor ? givenAtMs.get(p.cursor) : nowMs
        if (since === undefined || nowMs - since >= LIFE_MS) refuse(40058, 'invalid cursor')
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? MOST, () => [...everyoneServed(desk)])
        if (nextCursor !== '') givenAtMs.set(nextCursor, nowMs)
        return { info_list: rows, next_cursor: nextCursor }
      },
    }),
  ]
}
