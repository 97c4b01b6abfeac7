import { createHash } from 'node:crypto'
import { DAY_MS, HOUR_MS } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { createQuota } from '../quota.ts'
import { refuse } from '../refusal.ts'
import type { Customer } from '../world.ts'

const idOf = (prefix: string, ...words: string[]): string =>
  prefix + createHash('sha1').update(words.join(' ')).digest('base64url')

/** The customer as WeChat pay and mini-programs know them. */
const openIdOf = ({ credentials }: Desk, customer: Customer): string =>
  idOf('o', credentials.corpId, customer.externalUserId)

/** A customer group as a mini-program in it sees it. */
export const openGidOf = ({ credentials }: Desk, chatId: string): string => idOf('tG', credentials.corpId, chatId)

const isFriend = ({ world }: Desk, id: string): boolean => [...world.followsByCustomer.get(id)].length > 0

function customerOf({ world }: Desk, unionId: string): Customer | undefined {
  for (const customer of world.customers.values()) if (customer.unionId === unionId) return customer
  return undefined
}

/** From one id of a customer or a group to another. Docs 92323, 93274, 95926, 94822. */
export function customerIdEndpoints() {
  const quotas = [createQuota(100_000, HOUR_MS), createQuota(480_000, DAY_MS), createQuota(7_500_000, 30 * DAY_MS)]
  const spend = (nowMs: number): void => {
    for (const quota of quotas) quota.spend(nowMs)
  }
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/convert_to_openid',
      method: 'POST',
      params: { external_userid: need(text(), 41035) },
      handle: (p, desk) => {
        const customer = desk.world.customers.get(p.external_userid) ?? refuse(40096, 'invalid external userid')
        if (customer.type !== 1) refuse(41056, 'not a WeChat user')
        if (!isFriend(desk, customer.externalUserId)) refuse(84061, 'not external contact')
        return { openid: openIdOf(desk, customer) }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/unionid_to_external_userid',
      method: 'POST',
      params: { unionid: need(text()), openid: text() },
      handle: (p, desk) => {
        spend(desk.clock.now())
        const customer = customerOf(desk, p.unionid) ?? refuse(40096, 'no such customer')
        if (!isFriend(desk, customer.externalUserId)) refuse(84061, 'not external contact')
        return { external_userid: customer.externalUserId }
      },
    }),
    endpoint({
      path: '/cgi-bin/idconvert/unionid_to_external_userid',
      method: 'POST',
      params: { unionid: need(text()), openid: need(text()), subject_type: int({ min: 0, max: 1 }) },
      handle: (p, desk) => {
        spend(desk.clock.now())
        const customer = customerOf(desk, p.unionid)
        if (customer && isFriend(desk, customer.externalUserId)) return { external_userid: customer.externalUserId }
        const season = String(Math.floor(desk.clock.now() / (90 * DAY_MS)))
        return { pending_id: idOf('pe', desk.credentials.corpId, p.unionid, season) }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/opengid_to_chatid',
      method: 'POST',
      params: { opengid: need(text()) },
      handle: (p, desk) => {
        for (const group of desk.world.groups.values()) {
          if (openGidOf(desk, group.chatId) !== p.opengid) continue
          return group.dismissed ? refuse(49008, 'group dismissed') : { chat_id: group.chatId }
        }
        return refuse(40058, 'invalid opengid')
      },
    }),
  ]
}
