import { DAY_MS, MINUTE_MS, startOfShanghaiDay } from '../../server/core/kernel/shanghai.ts'
import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { GuideDay } from '../guide-days.ts'
import { int, ints, need, object, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { overDays, readDays } from '../statistics-span.ts'
import type { Staff } from '../world.ts'
import { type GroupFigures, groupFigures } from './group-figures.ts'

const MAX_ASKED = 100
const MAX_OWNERS_WITHOUT_FILTER = 1_000

function behaviorOf({ world }: Desk, userIds: readonly string[], dayMs: number) {
  const days = userIds.flatMap((id): GuideDay[] => {
    const day = world.guideDays.get(id)?.get(dayMs)
    return day ? [day] : []
  })
  const sum = (figure: (day: GuideDay) => number): number => days.reduce((total, day) => total + figure(day), 0)
  const begun = userIds.flatMap((id) =>
    [...(world.followsByUser.get(id)?.values() ?? [])].filter((f) => startOfShanghaiDay(f.addedAtMs) === dayMs),
  )
  const asked = days.flatMap((day) => [...day.asked.values()])
  const waits = asked.flatMap(({ atMs, answeredAtMs }) => (answeredAtMs === undefined ? [] : [answeredAtMs - atMs]))
  const waited = waits.reduce((total, ms) => total + ms, 0)
  return {
    stat_time: toSec(dayMs),
    chat_cnt: sum((day) => day.chats.size),
    message_cnt: sum((day) => day.messages),
    ...(asked.length === 0 ? {} : { reply_percentage: Math.round((waits.length / asked.length) * 10_000) / 100 }),
    ...(waits.length === 0 ? {} : { avg_reply_time: Math.round(waited / waits.length / MINUTE_MS) }),
    negative_feedback_cnt: sum((day) => day.negativeFeedback),
    // 2: found by their mobile number, so the guide asked.
    new_apply_cnt: begun.filter((follow) => follow.addWay === 2).length,
    new_contact_cnt: begun.length + sum((day) => day.endedContacts),
  }
}

const groupParams = {
  day_begin_time: need(int()),
  day_end_time: int(),
  owner_filter: need(object({ userid_list: texts({ max: MAX_ASKED }) })),
}

/** The named owners, or everyone in range. */
function ownersOf({ world }: Desk, asked: string[] | undefined): string[] {
  if (asked?.length) return asked.map((id) => (findStaff(world, id) ?? refuse(40003, 'invalid userid')).userId)
  if (world.staff.size > MAX_OWNERS_WITHOUT_FILTER) refuse(81017, 'owner_filter needed')
  return [...new Set([...world.groups.values()].map((group) => group.ownerUserId))]
}

const ORDER: Record<number, keyof GroupFigures> = {
  1: 'new_chat_cnt',
  2: 'chat_total',
  3: 'new_member_cnt',
  4: 'member_total',
}

/** Figures of guides and groups by Shanghai day, there on the next day. Docs 92132, 92133. */
export function statisticsEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/get_user_behavior_data',
      method: 'POST',
      params: {
        start_time: need(int()),
        end_time: need(int()),
        userid: texts({ max: MAX_ASKED }),
        partyid: ints({ max: MAX_ASKED }),
      },
      empty: { behavior_data: [] },
      handle: (p, desk) => {
        const { world } = desk
        if (!p.userid?.length && !p.partyid?.length) refuse(40058, 'userid or partyid needed')
        const named = (p.userid ?? []).map((id) => findStaff(world, id) ?? refuse(40003, 'invalid userid'))
        for (const id of p.partyid ?? []) if (!world.departments.has(id)) refuse(60003, 'department not found')
        const isInParty = (staff: Staff): boolean => staff.departments.some((id) => p.partyid?.includes(id))
        const inParties = p.partyid?.length ? [...world.staff.values()].filter((s) => !s.left && isInParty(s)) : []
        const userIds = [...new Set([...named, ...inParties].map((staff) => staff.userId))]
        const days = overDays(readDays(p.start_time, p.end_time, desk.clock.now()), desk.clock.now())
        return { behavior_data: days.map((dayMs) => behaviorOf(desk, userIds, dayMs)) }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/statistic',
      method: 'POST',
      params: {
        ...groupParams,
        order_by: int({ min: 1, max: 4 }),
        order_asc: int({ min: 0, max: 1 }),
        offset: int({ min: 0 }),
        limit: int({ min: 1, max: 1000 }),
      },
      empty: { items: [], total: 0, next_offset: 0 },
      handle: (p, desk) => {
        const nowMs = desk.clock.now()
        const days = overDays(readDays(p.day_begin_time, p.day_end_time ?? p.day_begin_time, nowMs), nowMs)
        const [first, last] = [days[0], days.at(-1)]
        if (first === undefined || last === undefined) return { items: [], total: 0, next_offset: 0 }
        const figure = ORDER[p.order_by ?? 1] ?? 'new_chat_cnt'
        const sign = p.order_asc === 1 ? 1 : -1
        const rows = ownersOf(desk, p.owner_filter.userid_list)
          .map((owner) => ({ owner, data: groupFigures(desk, [owner], first, last + DAY_MS) }))
          .sort((a, b) => sign * (a.data[figure] - b.data[figure]))
        const offset = p.offset ?? 0
        const items = rows.slice(offset, offset + (p.limit ?? 500))
        return { items, total: rows.length, next_offset: offset + items.length }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/statistic_group_by_day',
      method: 'POST',
      params: groupParams,
      empty: { items: [] },
      handle: (p, desk) => {
        const nowMs = desk.clock.now()
        const days = overDays(readDays(p.day_begin_time, p.day_end_time ?? p.day_begin_time, nowMs), nowMs)
        const owners = ownersOf(desk, p.owner_filter.userid_list)
        const items = days.map((dayMs) => ({
          stat_time: toSec(dayMs),
          data: groupFigures(desk, owners, dayMs, dayMs + DAY_MS),
        }))
        return { items }
      },
    }),
  ]
}
