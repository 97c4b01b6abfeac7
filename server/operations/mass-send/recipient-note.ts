import { assertNever } from '../../core/kernel/assert-never.ts'
import type { Outcome } from './send-states.ts'
import { titleOf } from './variant-content.ts'

/** The timeline's line about one customer of a send; undefined while there is nothing to tell. */
export function recipientNote(about: {
  sendName: string
  /** Which version of it; null, absent: there is one for all. */
  variant?: string | null
  outcome: Outcome
  guideName: string
  reason: string | undefined
}): string | undefined {
  const { sendName, variant, outcome, guideName, reason } = about
  const title = titleOf(sendName, variant)
  switch (outcome) {
    case 'planned':
      return undefined
    case 'sent':
      return `${title}已送达（导购${guideName}确认）`
    case 'not-friend':
      return `${title}未送达：已不是好友`
    case 'over-limit':
      return `${title}未送达：本月群发次数已满`
    case 'not-confirmed':
      return `${title}未送达：导购${guideName}${reason ?? '未确认'}`
    case 'deferred':
      return `${title}改天再发：${reason ?? '没有空位'}`
    case 'excluded':
      return `${title}未安排：${reason ?? '已排除'}`
    case 'held-out':
      return `${title}未安排：${reason ?? '对照组'}`
    case 'cancelled':
      return `${title}未送达：${reason ?? '已取消'}`
    case 'failed':
      return `${title}未送达：${reason ?? '原因不明'}`
    default:
      return assertNever(outcome)
  }
}
