import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { quietUntil } from '../book/quiet-until.ts'
import { branchesOf } from '../book/sop-branches.ts'
import { splitsOf } from '../book/splits-of.ts'
import { contradiction } from '../condition/condition-bounds.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { Condition } from '../schema/condition.ts'
import type { SopRule } from '../schema/rule-files.ts'
import { eventNameOf } from '../schema/sop-event.ts'
import type { SopStep } from '../schema/sop-rule.ts'
import { isEventTrigger } from '../schema/sop-trigger.ts'
import { durationDays } from './durations.ts'

/** What a journey says and what can never come of it: remarks, and faults where nothing else can be meant. `when`: its
 *  condition, undefined when it has faults. `policyQuiet`: the hours in which nobody is disturbed by any journey. */
export function checkNever(
  draft: Draft<SopRule>,
  { when, policyQuiet, nowMs }: { when: Condition | undefined; policyQuiet: string | undefined; nowMs: number },
): void {
  adviseWhatIsOver(draft, nowMs)
  checkSince(draft, when)
  adviseShares(draft)
  const { trigger, quiet, steps } = draft.value
  const isLost = isEventTrigger(trigger) && eventNameOf(trigger) === 'customer.lost'
  visitMessages(draft, ['steps'], steps, (at, before, message) => {
    if (isLost) {
      draft.advise(at, '客户已经删掉导购，群发到不了', '改成 task，或者换一个触发')
      return
    }
    const until = before !== undefined && typeof before !== 'string' && 'until' in before ? before.until : undefined
    if (until === undefined || draft.isLeftOut([...at, 'within'])) return
    const { within = '24h' } = message
    // Any day will do: both are times of day.
    const atMs = Date.parse(`2026-01-01T${until}:00+08:00`)
    const openMs = quietUntil(atMs, [quiet, policyQuiet])
    if (openMs === undefined || openMs - atMs <= durationDays(within) * DAY_MS) return
    const opens = shanghaiText(openMs).slice(11, 16)
    draft.fault(
      at,
      `这条群发发不出去：${until} 在免打扰时段里，要等到 ${opens}，那时已经超过 within ${within}`,
      '换一个时间，或者把 within 写长',
    )
  })
}

function adviseWhatIsOver(draft: Draft<SopRule>, nowMs: number): void {
  const { valid, trigger, enabled } = draft.value
  if (enabled === false) return
  const today = shanghaiText(nowMs).slice(0, 10)
  if (valid?.to !== undefined && valid.to < today) {
    draft.advise(['valid', 'to'], `有效期到 ${valid.to}，已经过了，不会再有人进来`, '改日期，或者删掉这条 SOP')
  }
  if (
    !isEventTrigger(trigger) &&
    'date' in trigger &&
    trigger.date.length === 'YYYY-MM-DD'.length &&
    trigger.date < today
  ) {
    draft.advise(['trigger', 'date'], `${trigger.date} 已经过了，不会再触发`, '改日期；每年都要就只写月和日')
  }
}

/** Days since an order are of those who have one. */
function checkSince(draft: Draft<SopRule>, when: Condition | undefined): void {
  const { trigger } = draft.value
  if (when === undefined || isEventTrigger(trigger) || !('day' in trigger) || !trigger.since.startsWith('order.'))
    return
  const hasPaid: Condition = { kind: 'test', path: 'orders.paid.count', test: { gte: 1 } }
  if (contradiction({ kind: 'all', of: [when, hasPaid] }) !== 'orders.paid.count') return
  draft.fault(
    ['trigger', 'since'],
    `从订单算起的第 ${trigger.day} 天只有下过单的客户才有，而 when 要的是没下过单的`,
    '换成 since: customer.added，或者改 when',
  )
}

/** Percentages that are none. Small numbers are meant as shares: 1 and 2. */
function adviseShares(draft: Draft<SopRule>): void {
  for (const { at, split } of splitsOf(draft.value.steps)) {
    const sum = split.arms.reduce((total, { weight }) => total + weight, 0)
    if (sum === 100 || Math.max(...split.arms.map(({ weight }) => weight)) < 10) continue
    const shares = split.arms.map(({ arm, weight }) => `${arm} ${Math.round((weight / sum) * 1_000) / 10}%`)
    draft.advise([...at, 'arms'], `份数加起来是 ${sum}，实际按 ${shares.join('、')} 分`, '要按百分比就加到 100')
  }
}

type Wait = Extract<SopStep, { wait: unknown }>['wait']
type Message = Extract<SopStep, { message: unknown }>['message']

/** `before`: the wait after which the message comes at once. */
function visitMessages(
  draft: Draft<SopRule>,
  path: Path,
  steps: readonly SopStep[],
  tell: (at: Path, before: Wait | undefined, message: Message) => void,
  first?: Wait,
): void {
  let before = first
  for (const [index, step] of steps.entries()) {
    const here = [...path, index]
    if ('wait' in step) before = draft.isLeftOut([...here, 'wait']) ? undefined : step.wait
    else if ('message' in step) tell([...here, 'message'], before, step.message)
    for (const branch of branchesOf(step)) visitMessages(draft, [...here, ...branch.at], branch.steps, tell, before)
    // Where the ways part, each may have waited otherwise.
    if (branchesOf(step).length > 0) before = undefined
  }
}
