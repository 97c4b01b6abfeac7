import { confirmDue, drawConfirmation } from '../confirmations.ts'
import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { bool, int, need, object, objects, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import type { MassSend, MassSendResult, MassSendTask } from '../world.ts'
import { contentParams, readContent } from './attachments.ts'
import { groupTargets, singleTargets, type Targets } from './mass-send-targets.ts'

/** Right after creation the first read is refused. */
const DISPATCH_MS = 1_000
const DAY_MS = 86_400_000
const MAX_REMINDERS_A_DAY = 3

function needMassSend(desk: Desk, msgid: string): MassSend {
  confirmDue(desk)
  return desk.world.massSends.get(msgid) ?? refuse(41047, 'invalid msgid')
}

function refuseWhileDispatched(send: MassSend, nowMs: number): void {
  if (send.wasRead) return
  send.wasRead = true
  if (nowMs - send.createdAtMs < DISPATCH_MS) refuse(41063, 'message is being dispatched')
}

function createMassSend(desk: Desk, p: { chatType: 'single' | 'group'; sender: string | undefined }, targets: Targets) {
  const { world, clock, random } = desk
  const send: MassSend = {
    msgid: `msgSandbox${random.text(22)}`,
    chatType: p.chatType,
    creator: p.sender ?? '',
    createdAtMs: clock.now(),
    attachments: [],
    tasks: new Map(),
    cancelled: false,
    remindedAtMs: [],
    wasRead: false,
  }
  for (const [userId, ids] of targets.byGuide) {
    const task: MassSendTask = { userId, status: 0, results: new Map(ids.map((id) => [id, { status: 0 }])) }
    send.tasks.set(userId, task)
    drawConfirmation(desk, send, task)
  }
  world.massSends.set(send.msgid, send)
  return send
}

const UNSENT: MassSendResult = { status: 0 }
/** What the guide has done is told after the lag of the day. */
const isTold = ({ moods, clock }: Desk, sentAtMs: number | undefined): sentAtMs is number =>
  sentAtMs !== undefined && clock.now() >= sentAtMs + moods.resultLagMs

/** 企业群发: makes a task that each guide confirms. Docs 92135, 93338, 97610, 97611. */
export function massSendEndpoints(paging: Paging) {
  const msgid = { msgid: need(text(), 41046) }
  const page = { limit: int({ min: 1, max: 1000 }), cursor: text() }
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/add_msg_template',
      method: 'POST',
      params: {
        chat_type: text(),
        external_userid: texts({ max: 10_000 }),
        chat_id_list: texts({ max: 2_000 }),
        tag_filter: object({ group_list: objects({ tag_list: texts({ max: 100 }) }) }),
        sender: text(),
        allow_select: bool(),
        ...contentParams,
      },
      empty: { fail_list: [], msgid: '' },
      handle: (p, desk) => {
        const chatType = p.chat_type ?? 'single'
        if (chatType !== 'single' && chatType !== 'group') refuse(86214, 'invalid chat_type')
        const kind = chatType === 'group' ? 'group' : 'single'
        const content = readContent(p, desk)
        const targets = kind === 'group' ? groupTargets(desk, p) : singleTargets(desk, p)
        if (targets.byGuide.size === 0) refuse(41048, 'no customer to send')
        const send = createMassSend(desk, { chatType: kind, sender: p.sender }, targets)
        send.attachments = content.attachments
        if (content.text !== undefined) send.text = content.text
        desk.changed()
        return { fail_list: targets.failed, msgid: send.msgid }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_groupmsg_list_v2',
      method: 'POST',
      params: {
        chat_type: need(text()),
        start_time: need(int()),
        end_time: need(int()),
        creator: text(),
        filter_type: int({ min: 0, max: 2 }),
        limit: int({ min: 1, max: 100 }),
        cursor: text(),
      },
      empty: { group_msg_list: [], next_cursor: '' },
      handle: (p, { world }) => {
        if (p.end_time - p.start_time > 31 * 86_400) refuse(40058, 'more than a month')
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 50, () =>
          [...world.massSends.values()].filter((send) => {
            const madeSec = toSec(send.createdAtMs)
            const isInSpan = madeSec >= p.start_time && madeSec <= p.end_time
            return isInSpan && send.chatType === p.chat_type && (!p.creator || send.creator === p.creator)
          }),
        )
        const list = p.filter_type === 1 ? [] : rows
        return {
          group_msg_list: list.map((send) => ({
            msgid: send.msgid,
            creator: send.creator,
            create_time: toSec(send.createdAtMs),
            create_type: 0,
            ...(send.text === undefined ? {} : { text: { content: send.text } }),
            attachments: send.attachments,
          })),
          next_cursor: nextCursor,
        }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_groupmsg_task',
      method: 'POST',
      params: { ...msgid, ...page },
      empty: { task_list: [], next_cursor: '' },
      handle: (p, desk) => {
        const send = needMassSend(desk, p.msgid)
        refuseWhileDispatched(send, desk.clock.now())
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 500, () => [...send.tasks.values()])
        const list = rows.map((task) => ({
          userid: task.userId,
          ...(isTold(desk, task.sentAtMs) ? { status: task.status, send_time: toSec(task.sentAtMs) } : { status: 0 }),
        }))
        return { task_list: list, next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_groupmsg_send_result',
      method: 'POST',
      params: { ...msgid, userid: need(text(), 41009), ...page },
      empty: { send_list: [], next_cursor: '' },
      handle: (p, desk) => {
        const send = needMassSend(desk, p.msgid)
        refuseWhileDispatched(send, desk.clock.now())
        const task = send.tasks.get(p.userid)
        const isGroup = send.chatType === 'group'
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 500, () =>
          [...(task?.results ?? [])]
            .map(([id, result]) => [id, isTold(desk, task?.sentAtMs) ? result : UNSENT] as const)
            .filter(([, result]) => !isGroup || result.status === 1),
        )
        const list = rows.map(([id, result]) => ({
          ...(isGroup ? { chat_id: id } : { external_userid: id }),
          userid: p.userid,
          status: result.status,
          ...(result.sentAtMs === undefined ? {} : { send_time: toSec(result.sentAtMs) }),
        }))
        return { send_list: list, next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/remind_groupmsg_send',
      method: 'POST',
      params: msgid,
      handle: (p, desk) => {
        const send = needMassSend(desk, p.msgid)
        const nowMs = desk.clock.now()
        if (send.cancelled) refuse(41093, 'mass message cancelled')
        send.remindedAtMs = send.remindedAtMs.filter((atMs) => nowMs - atMs < DAY_MS)
        if (send.remindedAtMs.length >= MAX_REMINDERS_A_DAY) refuse(41094, 'reminded too often')
        send.remindedAtMs.push(nowMs)
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/cancel_groupmsg_send',
      method: 'POST',
      params: msgid,
      handle: (p, desk) => {
        const send = needMassSend(desk, p.msgid)
        if (send.cancelled) refuse(41093, 'mass message cancelled')
        send.cancelled = true
        desk.changed()
        return {}
      },
    }),
  ]
}
