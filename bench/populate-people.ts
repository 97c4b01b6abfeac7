import type { Row } from '../server/core/db/tx.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import type { Ground, Place } from './populate-place.ts'

const CHANNELS = ['包裹卡', '门店物料', '直播间']
const STATES = ['package-card', 'store-poster', 'live-room']
const SURNAMES = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'
const POOLS = ['科普群', '付费群', 'VIP群']

const channelOf = (place: Place): number => place.random('channel').int(CHANNELS.length)

export const guideRows = ({ guides, nowMs }: Ground): Row[] =>
  guides
    .filter((userId) => userId.startsWith('benchguide'))
    .map((userId, n) => ({
      userid: userId,
      name: `导购${n}`,
      state: 'active',
      is_guide: 1,
      detail_at: nowMs,
      known_at: nowMs,
    }))

export function customerRow(place: Place, { nowMs }: Ground): Row {
  const random = place.random('customer')
  return {
    external_userid: place.id,
    name: `${SURNAMES[random.int(SURNAMES.length)] ?? ''}女士${place.n}`,
    avatar: `https://wx.qlogo.cn/mmhead/${place.id}/0`,
    customer_type: 1,
    gender: random.int(3),
    first_channel: CHANNELS[channelOf(place)] ?? null,
    first_userid: place.guide,
    first_added_at: place.addedAtMs,
    known_at: place.addedAtMs,
    detail_at: nowMs,
  }
}

export const sourceRow = (place: Place): Row => ({
  external_userid: place.id,
  userid: place.guide,
  added_at: place.addedAtMs,
  channel: CHANNELS[channelOf(place)] ?? null,
  state: STATES[channelOf(place)] ?? null,
})

/** One guide; every tenth customer has a second one. */
export function followRows(place: Place, { guides, nowMs }: Ground): Row[] {
  const random = place.random('follow')
  const follow = (userId: string, addedAtMs: number): Row => ({
    external_userid: place.id,
    userid: userId,
    active: 1,
    announced: 1,
    remark: random.int(2) === 0 ? `老客户-${place.n}` : null,
    state: STATES[channelOf(place)] ?? null,
    channel: CHANNELS[channelOf(place)] ?? null,
    add_way: 1,
    added_at: addedAtMs,
    last_add_at: addedAtMs,
    detail_at: nowMs,
    known_at: addedAtMs,
  })
  const second = guides[random.int(guides.length)] ?? ''
  const rows = [follow(place.guide, place.addedAtMs)]
  if (random.int(10) === 0 && second !== place.guide) rows.push(follow(second, place.addedAtMs + DAY_MS / 2))
  return rows
}

export const groupRows = ({ groups, nowMs }: Ground): Row[] =>
  Array.from({ length: groups }, (_, n) => ({
    chat_id: chatId(n),
    name: `老客群 ${n}`,
    owner: 'linxiaoyu',
    pool: POOLS[n % POOLS.length] ?? null,
    created_at: nowMs - 600 * DAY_MS,
    member_count: 150,
    known_at: nowMs,
    detail_at: nowMs,
    listed_at: nowMs,
  }))

const chatId = (n: number): string => `wrBench${String(n).padStart(8, '0')}`

/** Three of ten customers are in a group. */
export function memberRows(place: Place, { groups }: Ground): Row[] {
  const random = place.random('group')
  if (random.int(10) >= 3) return []
  return [
    {
      chat_id: chatId(random.int(groups)),
      member_id: place.id,
      member_type: 2,
      name: null,
      join_scene: 3,
      joined_at: place.addedAtMs,
    },
  ]
}
