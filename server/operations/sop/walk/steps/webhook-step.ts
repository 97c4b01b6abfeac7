import type { Tx } from '../../../../core/db/tx.ts'
import type { Clock } from '../../../../core/kernel/clock.ts'
import type { Reason } from '../../../../core/kernel/reason.ts'
import type { CustomerFacts } from '../../../../records/facts/facts.ts'
import { everyStep } from '../../../../rules/book/sop-branches.ts'
import { conditionOf, factPaths } from '../../../../rules/condition/parse-condition.ts'
import type { SopRule } from '../../../../rules/schema/sop-rule.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface WebhookCall {
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
    const paths = pathsOf(sop.value)
    const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId)
    const isTold = await callWebhook(tx, {
      key: keyOf(entry),
      webhook,
      externalUserId,
      data: {
        externalUserId,
        userId,
        sop: { name: sop.name, title: sop.title, version: sop.version, entryId: entry.id, step: entry.position },
        facts: Object.fromEntries(paths.map((path) => [path, known?.get(path) ?? null])),
      },
      reason,
    })
    return done(isTold ? `通知外部系统「${webhook}」` : `没有通知「${webhook}」：规则里没有启用它`, false)
  }
}

/** The facts that the conditions of a journey look at. */
function pathsOf({ when, steps }: SopRule): string[] {
  const conditions = everyStep(steps).flatMap((step) =>
    'choose' in step ? step.choose.flatMap((branch) => ('when' in branch ? [branch.when] : [])) : [],
  )
  return [...new Set([when ?? {}, ...conditions].flatMap((written) => factPaths(conditionOf(written))))]
}
