import { createHash } from 'node:crypto'
import Type, { type Static } from 'typebox'
import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { defineAction, type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Alerts, ToldAlert } from '../../records/alerts/alerts.ts'
import type { StaffTelling } from '../../records/staff/tell-staff.ts'
import type { PostDelivery } from '../events-out/post-delivery.ts'
import type { SendMail } from './send-mail.ts'
import { createWayAlerts, MAIL, ROBOT } from './way-alerts.ts'

const AlertText = Type.Object({ id: Type.String(), key: Type.String(), text: Type.String(), todo: Type.String() })
/** To a robot of a chat group, or any address that takes JSON. */
export const PostAlert = defineAction('alert.post', 'outside', AlertText)
export const MailAlert = defineAction('alert.mail', 'outside', AlertText)

/** One that cannot be written down. `sinceMs`: UTC milliseconds. */
export type UnstoredAlert = Pick<ToldAlert, 'key' | 'text' | 'todo' | 'sinceMs'>

export interface AlertsOutDeps {
  db: Pick<Db, 'tx'>
  clock: Clock
  alerts: Alerts
  outbox: Outbox
  log: Pick<Logger, 'warn'>
  wecom: { messages: Pick<Wecom['messages'], 'send'> }
  staffTelling: Pick<StaffTelling, 'tell'>
  /** Who gets a message of the app; nobody when empty. */
  userIds: readonly string[]
  /** Where alerts are posted to, besides. */
  webhookUrl: string | undefined
  post: PostDelivery
  sendMail: SendMail | undefined
}

/** Tells those who look after it of a trouble, once for each opening: by a message of the app, and by a second way that works
 *  while WeCom refuses us. Each way is an action of its own, so none waits for another. */
export function createAlertsOut(deps: AlertsOutDeps) {
  const { clock, log, wecom, outbox, staffTelling, userIds, webhookUrl, post, sendMail } = deps
  const reason = { text: '有要人处理的事' }
  const robot = createWayAlerts(deps, ROBOT)
  const mail = createWayAlerts(deps, MAIL)

  async function toRobot(payload: Static<typeof AlertText>, attempts: number): Promise<void> {
    if (webhookUrl === undefined) return
    refuseNo(await post({ url: webhookUrl, headers: {}, body: JSON.stringify(bodyOf(payload)), attempts }))
  }
  async function toMailbox({ id, text, todo }: Static<typeof AlertText>): Promise<void> {
    await sendMail?.({ id, subject: `【活水】${text.slice(0, 80)}`, text: `${text}\n\n下一步：${todo}\n` })
  }

  const executors: Executor[] = [
    execute(PostAlert, {
      perform: ({ payload, attempts }) => robot.watched(attempts, () => toRobot(payload, attempts)),
      record: (tx) => robot.works(tx),
      abandoned: (tx, _action, failure) => robot.ended(tx, failure),
    }),
    execute(MailAlert, {
      perform: ({ payload, attempts }) => mail.watched(attempts, () => toMailbox(payload)),
      record: (tx) => mail.works(tx),
      abandoned: (tx, _action, failure) => mail.ended(tx, failure),
    }),
  ]

  /** In the transaction that opens the alert. */
  async function tell(tx: Tx, { key, text, todo, sinceMs, lapseAtMs, alsoTo }: ToldAlert): Promise<void> {
    // Told so late that it is over.
    if (lapseAtMs !== undefined && lapseAtMs < clock.now()) return
    const id = idOf({ key, text, sinceMs })
    const toldByApp = [...new Set([...userIds, ...alsoTo])]
    if (toldByApp.length > 0) {
      const said = `【活水】${text}\n下一步：${todo}`
      await staffTelling.tell(tx, { key: `alert:${id}`, userIds: toldByApp, text: said, reason })
    }
    const payload = payloadOf({ key, text, todo, sinceMs })
    const expiresAtMs = clock.now() + DAY_MS
    // That a way does not work is told by the others.
    if (webhookUrl !== undefined && key !== ROBOT.key) {
      await outbox.enqueue(tx, PostAlert, { key: `alert.post:${id}`, payload, reason, expiresAtMs })
    }
    if (sendMail !== undefined && key !== MAIL.key) {
      await outbox.enqueue(tx, MailAlert, { key: `alert.mail:${id}`, payload, reason, expiresAtMs })
    }
  }

  /** While nothing can be stored: straight by every way that is not in `done`; those that took it are put in. Never throws. */
  async function tellNow(alert: UnstoredAlert, done: Set<string>): Promise<void> {
    const payload = payloadOf(alert)
    const ways = new Map<string, () => Promise<unknown>>()
    if (webhookUrl !== undefined) ways.set('robot', () => toRobot(payload, 1))
    if (sendMail !== undefined) ways.set('mail', () => toMailbox(payload))
    for (const userId of userIds) {
      const content = `【活水】${payload.text}\n下一步：${alert.todo}`
      const message = { touser: userId, msgtype: 'text' as const, text: { content } }
      ways.set(`app:${userId}`, () => wecom.messages.send({ ...message, enable_duplicate_check: 1 }))
    }
    await Promise.all(
      [...ways].map(async ([way, send]) => {
        if (done.has(way)) return
        try {
          await send()
          done.add(way)
        } catch (error) {
          log.warn(
            { way: way.split(':')[0], err: describeError(error) },
            'an alert did not go out; will be tried again',
          )
        }
      }),
    )
  }

  return { tell, tellNow, executors }
}

const idOf = ({ key, text, sinceMs }: Pick<UnstoredAlert, 'key' | 'text' | 'sinceMs'>): string =>
  createHash('sha256').update(`${key}\n${sinceMs}\n${text}`).digest('base64url').slice(0, 22)

const payloadOf = (alert: UnstoredAlert): Static<typeof AlertText> => ({
  id: idOf(alert),
  key: alert.key,
  text: `${alert.text}（从 ${shanghaiText(alert.sinceMs)} 起）`,
  todo: alert.todo,
})

/** Robots of chat groups say no with a 200: `errcode` (企业微信, 钉钉) or `code` (飞书) other than 0. Other answers are a yes. */
function refuseNo(answer: string): void {
  let said: unknown
  try {
    said = JSON.parse(answer)
  } catch {
    return
  }
  if (typeof said !== 'object' || said === null) return
  const { errcode, code } = said as { errcode?: unknown; code?: unknown }
  const no = [errcode, code].find((one) => typeof one === 'number' && one !== 0)
  if (no !== undefined) {
    throw new AppError('alert.refused', `the robot answered ${no}`, { retry: 'later', zh: `群机器人没有接受（${no}）` })
  }
}

/** The robots of 企业微信, 钉钉 (`msgtype`) and 飞书 (`msg_type`) take what is theirs and leave the rest; others get the parts. */
function bodyOf({ id, key, text, todo }: { id: string; key: string; text: string; todo: string }): object {
  const content = `【活水】${text}\n下一步：${todo}`
  return {
    msgtype: 'text',
    text: { content },
    msg_type: 'text',
    content: { text: content },
    alert: { id, key, text, todo },
  }
}
