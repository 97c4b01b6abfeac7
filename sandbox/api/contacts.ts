import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { int, need, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findFollow, findStaff, liveTagIds, refuseUnlicensed } from '../relations.ts'
import type { Customer, Follow } from '../world.ts'
import { needMedia } from './attachments.ts'

function contactCard(customer: Customer, desk: Desk) {
  return {
    external_userid: customer.externalUserId,
    name: customer.name,
    avatar: `${desk.url()}/_sandbox/avatar/${customer.externalUserId}.svg`,
    type: customer.type,
    gender: customer.gender,
    ...(customer.unionId === undefined ? {} : { unionid: customer.unionId }),
    ...(customer.type === 2 ? { corp_name: customer.corpName ?? '', position: '' } : {}),
  }
}

const followFacts = (follow: Follow) => ({
  userid: follow.userId,
  remark: follow.remark,
  description: follow.description,
  createtime: toSec(follow.addedAtMs),
  remark_corp_name: follow.remarkCompany,
  remark_mobiles: follow.remarkMobiles,
  add_way: follow.addWay,
  oper_userid: follow.operUserId,
  ...(follow.state === undefined ? {} : { state: follow.state }),
})

function tagFacts(follow: Follow, { world }: Desk) {
  return liveTagIds(world, follow).map((id) => {
    const tag = world.tags.get(id)
    const group = world.tagGroups.get(tag?.groupId ?? '')
    return {
      group_name: group?.name ?? '',
      tag_name: tag?.name ?? '',
      tag_id: id,
      type: group?.strategyId === undefined ? 1 : 3,
    }
  })
}

/** Customers and what their guides noted. Docs 92571, 92113, 92114, 92994, 92115. */
export function contactEndpoints(paging: Paging) {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/get_follow_user_list',
      method: 'GET',
      params: {},
      empty: { follow_user: [] },
      handle: (_p, { world }) => ({
        follow_user: [...world.staff.values()].filter((s) => s.canContact && !s.left).map((s) => s.userId),
      }),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/list',
      method: 'GET',
      params: { userid: need(text(), 41009) },
      empty: { external_userid: [] },
      handle: (p, { world }) => {
        const staff = findStaff(world, p.userid) ?? refuse(60111, 'userid not found')
        refuseUnlicensed(staff)
        const follows = world.followsByUser.get(staff.userId)
        if (!follows?.size) refuse(84061, 'not external contact')
        return { external_userid: [...(follows?.keys() ?? [])] }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get',
      method: 'GET',
      params: { external_userid: need(text(), 41035), cursor: text() },
      empty: { follow_user: [] },
      handle: (p, desk) => {
        const customer = desk.world.customers.get(p.external_userid) ?? refuse(40096, 'invalid external userid')
        const follows = desk.world.followsByCustomer.get(customer.externalUserId)
        if (follows.length === 0) refuse(84061, 'not external contact')
        const { rows, nextCursor } = paging(p.cursor, 500, () => follows)
        return {
          external_contact: contactCard(customer, desk),
          follow_user: rows.map((follow) => ({ ...followFacts(follow), tags: tagFacts(follow, desk) })),
          ...(nextCursor === '' ? {} : { next_cursor: nextCursor }),
        }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/batch/get_by_user',
      method: 'POST',
      params: {
        userid_list: need(texts({ max: 100, tooMany: 40032 })),
        cursor: text(),
        limit: int({ min: 1, max: 100 }),
      },
      empty: { external_contact_list: [], next_cursor: '' },
      handle: (p, desk) => {
        const { world } = desk
        const asked = p.userid_list.map((id) => findStaff(world, id) ?? refuse(40003, 'invalid userid'))
        const people = asked.filter((staff) => staff.state !== 'unlicensed')
        if (people.length === 0) refuse(701008, 'no member has an interface licence')
        const unlicensed = asked.filter((staff) => staff.state === 'unlicensed').map((staff) => staff.userId)
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 50, () =>
          people.flatMap((staff) => [...(world.followsByUser.get(staff.userId)?.values() ?? [])]),
        )
        const list = rows.flatMap((follow) => {
          const customer = world.customers.get(follow.externalUserId)
          if (!customer) return []
          const followInfo = { ...followFacts(follow), tag_id: liveTagIds(world, follow) }
          return [{ external_contact: contactCard(customer, desk), follow_info: followInfo }]
        })
        const failInfo = unlicensed.length > 0 ? { fail_info: { unlicensed_userid_list: unlicensed } } : {}
        return { external_contact_list: list, next_cursor: nextCursor, ...failInfo }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/remark',
      method: 'POST',
      params: {
        userid: need(text(), 41009),
        external_userid: need(text(), 41035),
        remark: text({ chars: 20 }),
        description: text({ chars: 150 }),
        remark_company: text({ chars: 20 }),
        remark_mobiles: texts(),
        remark_pic_mediaid: text(),
      },
      handle: (p, desk) => {
        const { world } = desk
        if (!world.customers.has(p.external_userid)) refuse(40096, 'invalid external userid')
        refuseUnlicensed(findStaff(world, p.userid))
        const follow = findFollow(world, p.userid, p.external_userid) ?? refuse(84061, 'not external contact')
        const notes = [p.remark, p.description, p.remark_company, p.remark_mobiles, p.remark_pic_mediaid]
        if (notes.every((note) => note === undefined)) refuse(40058, 'nothing to change')
        if (p.remark_pic_mediaid !== undefined) needMedia(desk, p.remark_pic_mediaid, 'image')
        if (p.remark !== undefined) follow.remark = p.remark
        if (p.description !== undefined) follow.description = p.description
        if (p.remark_company !== undefined) follow.remarkCompany = p.remark_company
        if (p.remark_mobiles !== undefined) follow.remarkMobiles = p.remark_mobiles.filter((mobile) => mobile !== '')
        desk.changed()
        return {}
      },
    }),
  ]
}
