import type { Draft } from '../files/draft.ts'
import type { SopRule } from '../schema/rule-files.ts'
import { isEventTrigger, type ScanTrigger } from '../schema/sop-trigger.ts'
import type { CheckContext } from './check-context.ts'
import { checkEvent } from './sop-event.ts'
import { checkCron, checkDate, cronFields } from './times.ts'

/** What begins a journey: events with what they carry, times that come, audiences that somebody can enter and leave. */
export function checkTrigger(context: CheckContext, draft: Draft<SopRule>): void {
  const { trigger, valid } = draft.value
  for (const end of ['from', 'to'] as const) {
    if (valid?.[end] !== undefined) checkDate(draft, ['valid', end], valid[end])
  }
  if (valid?.from !== undefined && valid.to !== undefined && valid.from > valid.to) {
    draft.fault(['valid', 'to'], `有效期的结束 ${valid.to} 早于开始 ${valid.from}`, '把两个日期对调')
  }
  if (isEventTrigger(trigger)) checkEvent(context, draft, ['trigger'], trigger)
  else if ('enters' in trigger) checkAudience(draft, 'enters', trigger.enters)
  else if ('leaves' in trigger) checkAudience(draft, 'leaves', trigger.leaves)
  else checkTimes(draft, trigger)
}

const isEmpty = (written: unknown): boolean =>
  typeof written !== 'object' || written === null || Object.keys(written).length === 0

function checkAudience(draft: Draft<SopRule>, key: 'enters' | 'leaves', written: unknown): void {
  draft.condition(['trigger', key], written)
  if (isEmpty(written)) {
    draft.fault(
      ['trigger', key],
      `${key} 没有写条件，所有客户一直都在里面`,
      '写清楚是哪些客户，如 { orders.paid.count: { gte: 10 } }',
    )
  }
}

function checkTimes(draft: Draft<SopRule>, trigger: ScanTrigger): void {
  const { when, valid } = draft.value
  if ('cron' in trigger && checkCron(draft, ['trigger', 'cron'], trigger.cron)) {
    const [minute = ''] = cronFields(trigger.cron)
    if (!/^\d+$/.test(minute)) {
      draft.fault(['trigger', 'cron'], '这样一小时里会找好几次人', '分写一个数，如 "0 10 * * 3"；要随时发现就用 enters')
    }
  }
  if ('date' in trigger) {
    checkDate(draft, ['trigger', 'date'], trigger.date)
    const isPast = (edge: string | undefined, sign: 1 | -1): boolean =>
      edge !== undefined &&
      trigger.date.length === edge.length &&
      (trigger.date < edge ? -1 : 1) === sign &&
      trigger.date !== edge
    if (isPast(valid?.from, -1) || isPast(valid?.to, 1)) {
      draft.fault(['trigger', 'date'], `${trigger.date} 不在有效期里，不会触发`, '改日期，或者改 valid')
    }
  }
  const isForAll = 'daily' in trigger || 'cron' in trigger || 'date' in trigger
  if (isForAll && isEmpty(when ?? {}) && !draft.isLeftOut(['when'])) {
    draft.fault(['trigger'], '定时触发而没有 when，会把所有客户都放进来', '用 when 写清楚是哪些客户')
  }
}
