import type { Tx } from '../../../../core/db/tx.ts'
import type { Clock } from '../../../../core/kernel/clock.ts'
import type { Reason } from '../../../../core/kernel/reason.ts'
import type { CustomerFacts } from '../../../../records/facts/facts.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

interface WebhookCall {
  /** Once per reason. */
  key: string
  webhook: string
  externalUserId: string
  data: Record<string, unknown>
  reason: Reason
}

export interface WebhookStepDeps {
  clock: Clock
  facts: Pick<CustomerFacts, 'of'>
  /** Tells one system, by its name in the rules; false when it is not switched on. */
  callWebhook(tx: Tx, call: WebhookCall): Promise<boolean>
}

export function createWebhookStep({ clock, facts, callWebhook }: WebhookStepDeps): PerformStep<string> {
  return async (tx, webhook, { sop, entry, reason }) => {
    const { externalUserId, userId } = entry
    const { factPaths } = sop
    const known = (await facts.of(tx, [externalUserId], clock.now(), factPaths)).get(externalUserId)
    const isTold = await callWebhook(tx, {
      key: keyOf(entry),
      webhook,
      externalUserId,
      data: {
        externalUserId,
        userId,
        sop: { name: sop.name, title: sop.title, version: sop.version, entryId: entry.id, step: entry.position },
        facts: Object.fromEntries(factPaths.map((path) => [path, known?.get(path) ?? null])),
      },
      reason,
    })
    return done(isTold ? `通知外部系统「${webhook}」` : `没有通知「${webhook}」：规则里没有启用它`, false)
  }
}
