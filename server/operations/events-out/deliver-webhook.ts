import Type from 'typebox'
import type { Db } from '../../core/db/db.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { WebhookSecrets } from '../../core/kernel/setting-spec.ts'
import { DAY_MS, shanghaiIso } from '../../core/kernel/shanghai.ts'
import { defineAction, type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { createCircuits } from './circuits.ts'
import type { PostDelivery } from './post-delivery.ts'
import { signDelivery } from './sign-delivery.ts'

/** Tells another system of one event. The receiver may get it twice (after a crash, or when its yes was lost): the id is
 *  the same then. */
export const DeliverWebhook = defineAction(
  'webhook.deliver',
  'outside',
  Type.Object({
    webhook: Type.String(),
    /** Names the event towards the receiver: equal for each try and each copy. */
    id: Type.String(),
    event: Type.String(),
    atMs: Type.Number(),
    data: Type.Record(Type.String(), Type.Unknown()),
    /** Names of what was left out because the rule names no fields. */
    withheld: Type.Optional(Type.Array(Type.String())),
  }),
)

/** A delivery that still waits behind a pause after this long is given up: it becomes a dead letter. */
const PATIENCE_MS = DAY_MS

export interface DeliverWebhookDeps {
  db: Db
  clock: Clock
  alerts: Alerts
  rules: Pick<RuleBookHolder, 'current'>
  corpId: string
  secrets: WebhookSecrets
  post: PostDelivery
}

export function createDeliverWebhook(deps: DeliverWebhookDeps): Executor {
  const { db, clock, alerts, rules, corpId, secrets, post } = deps
  const circuits = createCircuits()
  const alertKey = (webhook: string): string => `webhook.down:${webhook}`

  return execute(DeliverWebhook, {
    perform: async ({ payload, attempts, createdAtMs }) => {
      const { webhook: name, id, event, atMs, data, withheld } = payload
      const rule = rules.current().webhooks.get(name)
      if (rule === undefined || rule.value.enabled === false) {
        throw new AppError('webhook.gone', 'no such webhook in the rules', { zh: `规则里没有启用「${name}」` })
      }
      const keys = secrets.get(name)
      if (keys === undefined) {
        throw new AppError('webhook.no-secret', 'WEBHOOK_SECRETS has no key for it', {
          zh: `环境变量 WEBHOOK_SECRETS 里没有「${name}」的密钥`,
        })
      }
      const now = clock.now()
      const pausedMs = circuits.pausedMs(name, now)
      if (pausedMs > 0) {
        if (now - createdAtMs > PATIENCE_MS) throw new AppError('webhook.given-up', 'the receiver is away for a day')
        // Not all at the same instant.
        throw new AppError('webhook.paused', 'the receiver fails again and again', {
          retry: { afterMs: pausedMs + Math.floor(Math.random() * pausedMs) },
        })
      }
      const body = JSON.stringify({ id, event, occurredAt: shanghaiIso(atMs), corpId, data, withheld })
      const timestamp = String(Math.floor(now / 1_000))
      const headers = {
        'x-huoshui-id': id,
        'x-huoshui-timestamp': timestamp,
        'x-huoshui-signature': signDelivery(keys, timestamp, body),
      }
      try {
        await post({ url: rule.value.url, headers, body, attempts })
      } catch (error) {
        if (circuits.failed(name, clock.now())) await raiseAlert(name, error)
        throw error
      }
      if (circuits.succeeded(name)) await db.tx((tx) => alerts.resolve(tx, alertKey(name)))
    },
  })

  async function raiseAlert(name: string, error: unknown): Promise<void> {
    const why = error instanceof AppError ? (error.zh ?? error.message) : '原因不明'
    await db.tx((tx) =>
      alerts.raise(tx, {
        key: alertKey(name),
        text: `事件转发「${name}」连续失败：${why}`,
        todo: '请对方检查接收服务；恢复后会自动补发。放弃的用 npm run -s actions -- retry webhook.deliver 重发',
      }),
    )
  }
}
