import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { kindParams, MESSAGE_KINDS, readMessage } from './message-kinds.ts'
import { receiversOf } from './message-receivers.ts'
import { ANSWERABLE } from './template-cards.ts'

const MAX_PER_MINUTE = 30
const MAX_PER_HOUR = 1_000
const RECALL_MS = DAY_MS
const DEFAULT_DUPLICATE_SEC = 1_800
/** Members the corp may have; times 200 a day is what an app may send. */
const ACCOUNT_LIMIT = 1_000
const anything = { read: (value: unknown) => value }
const flag = () => int({ min: 0, max: 1 })

/** Counts what each member got; more than 30 a minute or 1,000 an hour vanish silently. */
function createMailbox() {
  const got = new Map<string, { minute: number; inMinute: number; hour: number; inHour: number }>()
  return (userId: string, nowMs: number): boolean => {
    const [minute, hour] = [Math.floor(nowMs / MINUTE_MS), Math.floor(nowMs / HOUR_MS)]
    const held = got.get(userId)
    const inMinute = (held?.minute === minute ? held.inMinute : 0) + 1
    const inHour = (held?.hour === hour ? held.inHour : 0) + 1
    got.set(userId, { minute, inMinute, hour, inHour })
    return inMinute <= MAX_PER_MINUTE && inHour <= MAX_PER_HOUR
  }
}

function deliver(desk: Desk, message: { msgid: string; msgtype: string; body: Record<string, unknown> }, to: string[]) {
  const { world, clock } = desk
  for (const userId of to) {
    const inbox = world.appMessages.get(userId) ?? []
    inbox.push({ ...message, body: { ...message.body }, atMs: clock.now() })
    world.appMessages.set(userId, inbox)
  }
  desk.changed()
}

/** A new code that changes the card of this message once. Docs 94888. */
export function giveResponseCode({ world, clock, random }: Desk, msgid: string): string {
  const code = `RSPCODE_${random.text(20)}`
  world.mail.responseCodes.set(code, { msgid, atMs: clock.now(), used: false })
  return code
}

/** Messages of the app to guides. Docs 90236, 94867, 92369. */
export function messageEndpoints() {
  const mayReceive = createMailbox()
  /** Unique per app. */
  const taskIds = new Set<string>()
  const duplicates = new Map<string, { msgid: string; untilMs: number }>()
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
        safe: flag(),
        enable_id_trans: flag(),
        enable_duplicate_check: flag(),
        duplicate_check_interval: int({ min: 0, max: 14_400 }),
        /** Of older apps; no msgtype of today takes them. */
        interactive_taskcard: anything,
        template_msg: anything,
        selected_ticket_list: anything,
        ...kindParams(MESSAGE_KINDS),
      },
      empty: { invaliduser: '', invalidparty: '', invalidtag: '' },
      handle: (p, desk) => {
        const { world, clock, random, credentials } = desk
        const { touser, toparty, totag, msgtype } = p
        if (p.agentid !== credentials.agentId) refuse(40056, 'invalid agentid')
        if (msgtype === 'news' && p.safe === 1) refuse(40074, 'news cannot be safe')
        if (!MESSAGE_KINDS.includes(msgtype)) refuse(40008, 'invalid msgtype')
        const to = receiversOf(world, {
          ...(touser === undefined ? {} : { touser }),
          ...(toparty === undefined ? {} : { toparty }),
          ...(totag === undefined ? {} : { totag }),
        })
        const body = readMessage(desk, msgtype, (p as Record<string, unknown>)[msgtype]) // declared for every msgtype
        const atMs = clock.now()
        const invalid = {
          invaliduser: to.invalidUsers.join('|'),
          invalidparty: to.invalidParties.join('|'),
          invalidtag: to.invalidTags.join('|'),
        }
        const content = JSON.stringify([msgtype, body, [...to.found].sort()])
        const earlier = duplicates.get(content)
        if (p.enable_duplicate_check === 1) {
          if (earlier && atMs < earlier.untilMs) return { msgid: earlier.msgid, ...invalid }
        }
        const taskId = typeof body.task_id === 'string' ? body.task_id : undefined
        if (taskId !== undefined && taskIds.has(taskId)) refuse(42014, 'task_id has been used')
        const day = startOfShanghaiDay(atMs)
        const sentToday = (world.mail.sentOn.get(day) ?? 0) + to.found.size
        if (sentToday > 200 * Math.max(ACCOUNT_LIMIT, world.staff.size)) refuse(45009, 'too many messages today')
        world.mail.sentOn.set(day, sentToday)

        const msgid = random.text(32)
        if (p.enable_duplicate_check === 1) {
          const sec = p.duplicate_check_interval ?? DEFAULT_DUPLICATE_SEC
          duplicates.set(content, { msgid, untilMs: atMs + sec * 1000 })
        }
        const receivers = [...to.found].filter((userId) => mayReceive(userId, atMs))
        if (taskId !== undefined) taskIds.add(taskId)
        world.mail.sent.set(msgid, { msgid, msgtype, receivers, atMs, ...(taskId === undefined ? {} : { taskId }) })
        deliver(desk, { msgid, msgtype, body }, receivers)
        const isAnswerable = msgtype === 'template_card' && ANSWERABLE.has(String(body.card_type))
        return { msgid, ...(isAnswerable ? { response_code: giveResponseCode(desk, msgid) } : {}), ...invalid }
      },
    }),
    endpoint({
      path: '/cgi-bin/message/recall',
      method: 'POST',
      params: { msgid: need(text()) },
      handle: (p, desk) => {
        const { world, clock } = desk
        const sent = world.mail.sent.get(p.msgid) ?? refuse(40058, 'invalid msgid')
        if (clock.now() - sent.atMs >= RECALL_MS) refuse(42052, 'msgid has expired')
        for (const userId of sent.receivers) {
          const inbox = world.appMessages.get(userId) ?? []
          world.appMessages.set(
            userId,
            inbox.filter((message) => message.msgid !== p.msgid),
          )
        }
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/message/get_statistics',
      method: 'POST',
      params: { time_type: int({ min: 0, max: 1 }) },
      empty: { statistics: [] },
      handle: (p, { world, clock, credentials }) => {
        const day = startOfShanghaiDay(clock.now()) - (p.time_type ?? 0) * DAY_MS
        const row = { agentid: credentials.agentId, app_name: world.app.name, count: world.mail.sentOn.get(day) ?? 0 }
        return { statistics: [row] }
      },
    }),
  ]
}
