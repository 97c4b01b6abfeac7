import { type AcquisitionLink, balanceOf, liveLots } from '../acquisition.ts'
import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { bool, int, ints, need, object, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { readDays } from '../statistics-span.ts'
import { type LinkSettings, needLink, readLink } from './acquisition-link.ts'

const settings = {
  range: object({ user_list: texts(), department_list: ints() }),
  priority_option: object({
    priority_type: need(int({ min: 1, max: 2 })),
    priority_userid_list: texts({ max: 100 }),
  }),
  skip_verify: bool(),
  mark_source: bool(),
}
const linkId = { link_id: need(text()) }

const linkFacts = (link: AcquisitionLink, desk: Desk) => ({
  link_id: link.linkId,
  link_name: link.name,
  url: `${desk.url()}/ca/${link.linkId}`,
  skip_verify: link.skipVerify,
  mark_source: link.markSource,
  create_time: toSec(link.createdAtMs),
})

/** Acquisition links (获客助手). Docs 97297, 97298, 97375, 100130. */
export function acquisitionEndpoints(paging: Paging) {
  const at = (name: string): string => `/cgi-bin/externalcontact/customer_acquisition/${name}`
  return [
    endpoint({
      path: at('list_link'),
      method: 'POST',
      params: { limit: int({ min: 1, max: 100 }), cursor: text() },
      empty: { link_id_list: [], next_cursor: '' },
      handle: (p, { world }) => {
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 100, () => [...world.acquisition.links.keys()])
        return { link_id_list: rows, next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: at('get'),
      method: 'POST',
      params: linkId,
      handle: (p, desk) => {
        const link = needLink(desk, p.link_id)
        return {
          link: linkFacts(link, desk),
          range: { user_list: link.users, department_list: link.departments },
          ...(link.priority === undefined ? {} : { priority_option: link.priority }),
        }
      },
    }),
    endpoint({
      path: at('create_link'),
      method: 'POST',
      params: { link_name: need(text()), ...settings },
      handle: (p, desk) => {
        const { links, maxLinks } = desk.world.acquisition
        if (links.size >= maxLinks) refuse(41095, 'too many links')
        const link: AcquisitionLink = {
          linkId: `ca${desk.random.hex(16)}`,
          ...readLink(desk, p as LinkSettings),
          createdAtMs: desk.clock.now(),
          clicks: new Map(),
          customers: [],
          isUnavailable: false,
        }
        links.set(link.linkId, link)
        desk.changed()
        return { link: linkFacts(link, desk) }
      },
    }),
    endpoint({
      path: at('update_link'),
      method: 'POST',
      params: { ...linkId, link_name: text(), ...settings },
      handle: (p, desk) => {
        const link = needLink(desk, p.link_id)
        Object.assign(link, readLink(desk, p as LinkSettings, link), { isUnavailable: false })
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: at('delete_link'),
      method: 'POST',
      params: linkId,
      handle: (p, desk) => {
        const link = needLink(desk, p.link_id)
        desk.world.acquisition.links.delete(link.linkId)
        desk.callbacks.send('customer_acquisition', [
          ['ChangeType', 'delete_link'],
          ['LinkId', link.linkId],
        ])
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: at('customer'),
      method: 'POST',
      params: { ...linkId, limit: int({ min: 1, max: 1000 }), cursor: text() },
      empty: { customer_list: [], next_cursor: '' },
      handle: (p, desk) => {
        const link = needLink(desk, p.link_id)
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 1000, () => [...link.customers])
        const list = rows.map((customer) => ({
          external_userid: customer.externalUserId,
          userid: customer.userId,
          chat_status: customer.said > 0 ? 1 : 0,
          state: customer.state,
        }))
        return { customer_list: list, next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: at('statistic'),
      method: 'POST',
      params: { ...linkId, start_time: need(int()), end_time: need(int()) },
      handle: (p, desk) => {
        const link = needLink(desk, p.link_id)
        const days = readDays(p.start_time, p.end_time, desk.clock.now())
        const [fromMs = 0, lastMs = 0] = [days[0], days.at(-1)]
        const isWithin = (atMs: number): boolean => atMs >= fromMs && atMs < lastMs + 86_400_000
        const clicks = days.reduce((sum, dayMs) => sum + (link.clicks.get(dayMs) ?? 0), 0)
        const added = link.customers.filter((customer) => isWithin(customer.addedAtMs)).length
        return { click_link_customer_cnt: clicks, new_customer_cnt: added }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/customer_acquisition_quota',
      method: 'GET',
      params: {},
      handle: (_p, { world, clock }) => ({
        total: world.acquisition.spent,
        balance: balanceOf(world.acquisition, clock.now()),
        quota_list: liveLots(world.acquisition, clock.now()).map((lot) => ({
          expire_date: toSec(lot.expiresAtMs),
          balance: lot.balance,
        })),
      }),
    }),
    endpoint({
      path: at('get_chat_info'),
      method: 'POST',
      params: { chat_key: need(text()) },
      handle: (p, { world, clock }) => {
        const key = world.acquisition.chatKeys.get(p.chat_key)
        if (!key || key.expiresAtMs <= clock.now()) refuse(40058, 'invalid chat_key')
        const { userId, externalUserId, state, said } = key.customer
        return {
          userid: userId,
          external_userid: externalUserId,
          chat_info: { link_id: key.linkId, state, recv_msg_cnt: said },
        }
      },
    }),
  ]
}
