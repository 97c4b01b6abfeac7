import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'

const KINDS = new Set([
  'text',
  'image',
  'voice',
  'video',
  'file',
  'textcard',
  'news',
  'mpnews',
  'markdown',
  'miniprogram_notice',
  'template_card',
])
const MAX_PER_MINUTE = 30
const anything = { read: (value: unknown) => value }
const detailParams = Object.fromEntries([...KINDS].map((kind) => [kind, anything]))
const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

function checkDetail(msgtype: string, detail: Record<string, unknown>): void {
  const bytes = (key: string): number => Buffer.byteLength(typeof detail[key] === 'string' ? detail[key] : '')
  if (msgtype === 'text' || msgtype === 'markdown') {
    if (bytes('content') === 0) refuse(44004, 'empty content')
    if (bytes('content') > 2048) refuse(45002, 'content too large')
  }
  if (msgtype === 'textcard') {
    if (bytes('title') === 0 || bytes('description') === 0 || bytes('url') === 0) refuse(40058, 'textcard incomplete')
  }
  if (msgtype === 'template_card' && bytes('card_type') === 0) refuse(40058, 'card_type missing')
}

function receivers({ world }: Desk, given: { touser?: string; toparty?: string; totag?: string }) {
  const split = (value: string | undefined): string[] => (value ?? '').split('|').filter((part) => part !== '')
  const found = new Set<string>()
  const invalidUsers: string[] = []
  const invalidParties: string[] = []
  const everyone = given.touser === '@all'
  for (const staff of world.staff.values()) if (everyone && !staff.left) found.add(staff.userId)
  for (const id of everyone ? [] : split(given.touser)) {
    const staff = findStaff(world, id)
    if (staff) found.add(staff.userId)
    else invalidUsers.push(id.toLowerCase())
  }
  for (const party of split(given.toparty)) {
    if (!world.departments.has(Number(party))) invalidParties.push(party)
    for (const staff of world.staff.values()) {
      if (!staff.left && staff.departments.includes(Number(party))) found.add(staff.userId)
    }
  }
  return { found, invalidUsers, invalidParties, isEmpty: !given.touser && !given.toparty && !given.totag }
}

/** Messages of the app to guides. Docs 90236. */
export function messageEndpoints() {
  const sentThisMinute = new Map<string, { minute: number; count: number }>()
  /** More than 30 a minute to one member vanish silently. */
  const mayReceive = (userId: string, nowMs: number): boolean => {
    const minute = Math.floor(nowMs / 60_000)
    const held = sentThisMinute.get(userId)
    const count = held?.minute === minute ? held.count + 1 : 1
    sentThisMinute.set(userId, { minute, count })
    return count <= MAX_PER_MINUTE
  }
  return [
    endpoint({
      path: '/cgi-bin/message/send',
      method: 'POST',
      unlimited: true,
      params: {
        msgtype: need(text(), 40008),
        agentid: need(int(), 41011),
        touser: text(),
        toparty: text(),
        totag: text(),
        ...detailParams,
      },
      empty: { invaliduser: '', invalidparty: '', invalidtag: '' },
      handle: (p, desk) => {
        const { world, clock, random, credentials } = desk
        if (p.agentid !== credentials.agentId) refuse(40056, 'invalid agentid')
        if (!KINDS.has(p.msgtype)) refuse(40008, 'invalid msgtype')
        const { touser, toparty, totag } = p
        const to = receivers(desk, {
          ...(touser === undefined ? {} : { touser }),
          ...(toparty === undefined ? {} : { toparty }),
          ...(totag === undefined ? {} : { totag }),
        })
        if (to.isEmpty) refuse(82001, 'no receiver')
        if (to.found.size === 0) refuse(81013, 'all receivers invalid')
        const body = asRecord((p as Record<string, unknown>)[p.msgtype]) // declared for every msgtype above
        checkDetail(p.msgtype, body)
        const msgid = random.text(32)
        const atMs = clock.now()
        for (const userId of to.found) {
          if (!mayReceive(userId, atMs)) continue
          const inbox = world.appMessages.get(userId) ?? []
          inbox.push({ msgid, msgtype: p.msgtype, body, atMs })
          world.appMessages.set(userId, inbox)
        }
        desk.changed()
        return {
          msgid,
          invaliduser: to.invalidUsers.join('|'),
          invalidparty: to.invalidParties.join('|'),
          invalidtag: '',
        }
      },
    }),
  ]
}
