import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Rule } from '../../rules/book/rule-book.ts'
import { versionOf } from '../../rules/book/rule-version.ts'
import { INTERCEPT_KINDS, type InterceptRule } from '../../rules/schema/intercept-rule.ts'
import { DeleteIntercept, KeepIntercept } from './intercept-actions.ts'
import { intercepts } from './intercept-store.ts'
import { INTERCEPT, type InterceptRow } from './intercept-tables.ts'

const TRY_AGAIN_MS = HOUR_MS
const LOOK_AGAIN_MS = DAY_MS
/** As `refused_as` of one that could not be deleted. */
export const DELETED = 'deleted'

/** What would have to be done so that the platform has what the file says. */
export type InterceptStep = 'create' | 'change' | 'delete' | 'look' | 'nothing'

/** Differs when the platform's rule must. */
export const stampOf = ({
  intercept,
  words,
  also = [],
  block,
  members = [],
  departments = [],
}: InterceptRule): string =>
  versionOf([intercept, [...words].sort(), [...also].sort(), block, [...members].sort(), [...departments].sort()])

const isWanted = (rule: Rule<InterceptRule> | undefined): rule is Rule<InterceptRule> =>
  rule !== undefined && rule.value.enabled !== false

/** Pure. `row`: undefined when nothing was done for it yet. */
export function stepFor(
  row: InterceptRow | undefined,
  rule: Rule<InterceptRule> | undefined,
  nowMs: number,
): InterceptStep {
  if (!isWanted(rule)) return row === undefined ? 'nothing' : 'delete'
  if (row === undefined || row.rule_id === null) return 'create'
  if (row.live_as !== stampOf(rule.value)) return 'change'
  return nowMs - (row.checked_at ?? 0) >= LOOK_AGAIN_MS ? 'look' : 'nothing'
}

/** Queues what is to be done for the rule of this name. Safe to repeat. */
export async function keepIntercept(
  tx: Tx,
  { clock, outbox }: { clock: Clock; outbox: Outbox },
  name: string,
  rule: Rule<InterceptRule> | undefined,
): Promise<void> {
  const now = clock.now()
  if (isWanted(rule)) await tx.insertIgnore(INTERCEPT, [{ name, changed_at: now }])
  // Writing first locks the row, so that two callers do not both plan.
  const t = INTERCEPT
  await tx.run(sql`UPDATE ${t} SET ${t.plans} = ${t.plans} + 1 WHERE ${t.name} = ${name}`)
  const row = await intercepts.of(tx, name)
  if (row === undefined || row.open_key !== null) return
  const step = stepFor(row, rule, now)
  const stamp = step === 'delete' ? DELETED : rule === undefined ? '' : stampOf(rule.value)
  if (step === 'nothing' || (row.refused_as === stamp && now - (row.refused_at ?? 0) < TRY_AGAIN_MS)) return
  const held = { interceptId: row.id, name, ...(row.rule_id === null ? {} : { ruleId: row.rule_id }) }
  const key = `intercept:${row.id}:${row.plans}`
  await intercepts.change(tx, row.id, { open_key: key })
  if (!isWanted(rule)) {
    const reason = { text: `规则里没有敏感词「${name}」了` }
    await outbox.enqueue(tx, DeleteIntercept, { key, payload: held, reason })
    return
  }
  const { words, also = [], block, members = [], departments = [] } = rule.value
  const payload = {
    ...held,
    stamp,
    words,
    semantics: also.map((kind) => INTERCEPT_KINDS[kind]),
    type: block ? (1 as const) : (2 as const),
    members,
    departments,
    wasLive: row.live_as === stamp,
  }
  await outbox.enqueue(tx, KeepIntercept, { key, payload, reason: { text: `敏感词「${name}」照文件写的` } })
}
