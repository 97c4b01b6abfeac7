import type { Tx } from '../../../../core/db/tx.ts'
import type { Staff } from '../../../../records/staff/staff.ts'
import type { StaffTelling } from '../../../../records/staff/tell-staff.ts'
import type { AppMessageStep } from '../../../../rules/schema/sop-step.ts'
import { fillNames } from '../../../welcome/fill-names.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'
import { createNamesFor, type NamesForDeps } from './names-for.ts'

export interface AppMessageStepDeps extends NamesForDeps {
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
  staffTelling: Pick<StaffTelling, 'tell'>
}

/** More are counted, not named. */
const NAMED = 3

export function createAppMessageStep(deps: AppMessageStepDeps): PerformStep<AppMessageStep> {
  const namesFor = createNamesFor(deps)

  async function namesText(tx: Tx, userIds: string[]): Promise<string> {
    const names: string[] = []
    for (const userId of userIds.slice(0, NAMED)) names.push((await deps.staff.queries.nameOf(tx, userId)) ?? userId)
    return `${names.join('、')}${userIds.length > NAMED ? ` 等 ${userIds.length} 人` : ''}`
  }

  return async (tx, { to, text }, context) => {
    const names = await namesFor(tx, text, context)
    if ('kind' in names) return names
    const { entry, reason } = context
    const filled = fillNames(text, names).trim()
    if (filled === '') return done('没有发应用消息：名字都不知道，没有内容', false)
    const userIds = to === 'guide' ? [entry.userId] : to
    const told = await deps.staffTelling.tell(tx, {
      key: keyOf(entry),
      userIds,
      text: filled,
      reason,
      externalUserId: entry.externalUserId,
    })
    if (told.length === 0) return done('没有发应用消息：要通知的人都已离职', false)
    return done(`应用消息通知 ${await namesText(tx, told)}`, false)
  }
}
