import { shanghaiText } from '../core/kernel/shanghai.ts'
import type { ReviewPlan } from '../operations/tiers/plan-review.ts'
import type { GuideNames } from './find/guide-names.ts'
import type { Sheet } from './frame/command.ts'

/** What the next review of one ladder will do. */
export function planText(plan: ReviewPlan, names: GuideNames): string {
  const lines = [`「${plan.ladder}」${shanghaiText(plan.atMs)} 评定 ${plan.customers} 位客户，按现在知道的：`]
  for (const [level, customers] of plan.placed) lines.push(`  第一次归位到 ${level} ${customers} 位`)
  for (const { from, to, isRise, isProposed, customers } of plan.moves) {
    lines.push(`  ${isProposed ? '提议' : ''}${isRise ? '升' : '降'} ${from} → ${to} ${customers} 位`)
  }
  if (plan.held > 0) lines.push(`  还在冷却期、先不动 ${plan.held} 位`)
  for (const [userId, { tonight, later }] of plan.handOvers) {
    const rest = later === 0 ? '' : `，其余 ${later} 位以后每晚接着提议`
    lines.push(`  请导购${names.get(userId) ?? userId}转给专属导购 ${tonight} 位${rest}`)
  }
  if (lines.length === 1) lines.push('  没有变化')
  return lines.join('\n')
}

export const planSheet = (plans: readonly ReviewPlan[], names: GuideNames): Sheet => ({
  header: ['梯子', '什么', '从', '到', '人数'],
  rows: plans.flatMap((plan) => [
    ...[...plan.placed].map(([level, customers]) => [plan.ladder, '归位', null, level, customers]),
    ...plan.moves.map(({ from, to, isRise, isProposed, customers }) => [
      plan.ladder,
      `${isProposed ? '提议' : ''}${isRise ? '升' : '降'}`,
      from,
      to,
      customers,
    ]),
    ...[...plan.handOvers].map(([userId, { tonight, later }]) => [
      plan.ladder,
      '转接提议',
      names.get(userId) ?? userId,
      null,
      tonight + later,
    ]),
  ]),
})
