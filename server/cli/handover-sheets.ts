import { shanghaiText } from '../core/kernel/shanghai.ts'
import type { HandoverSummary } from '../operations/handover/handover-queries.ts'
import type { CustomerState } from '../operations/handover/handover-states.ts'
import { STATE_ZH } from '../operations/handover/outcome-text.ts'
import type { HandoverPlan } from '../operations/handover/plan-handover.ts'
import type { GuideNames } from './find/guide-names.ts'
import type { Sheet } from './frame/command.ts'
import type { PlanNames } from './handover-text.ts'

const nameOf = (names: GuideNames, userId: string): string => names.get(userId) ?? userId

/** Each customer and group, where it goes or why it stays. */
export const planSheet = ({ customers, groups }: HandoverPlan, names: PlanNames): Sheet => ({
  header: ['客户或群', '昵称或群名', '转给', '不能转的原因'],
  rows: [
    ...customers.moves.map(({ externalUserId, toUserId }) => [
      externalUserId,
      names.customers.get(externalUserId) ?? null,
      nameOf(names.guides, toUserId),
      null,
    ]),
    ...customers.blocked.map(({ externalUserId, why }) => [
      externalUserId,
      names.customers.get(externalUserId) ?? null,
      null,
      why,
    ]),
    ...groups.moves.map(({ chatId, toUserId }) => [chatId, null, nameOf(names.guides, toUserId), null]),
    ...groups.blocked.map(({ chatId, name, why }) => [chatId, name, null, why]),
  ],
})

export const summarySheet = (runs: readonly HandoverSummary[], names: GuideNames): Sheet => ({
  header: ['编号', '发起时间', '从', '在职或离职', '客户', '群'],
  rows: runs.map((run) => [
    run.id,
    shanghaiText(run.createdAtMs),
    nameOf(names, run.fromUserId),
    run.departed ? '离职' : '在职',
    Object.values(run.customers).reduce((sum, count) => sum + count, 0),
    Object.values(run.groups).reduce((sum, count) => sum + count, 0),
  ]),
})

export const takersSheet = (
  perTaker: readonly { toUserId: string; state: CustomerState; customers: number }[],
  names: GuideNames,
): Sheet => ({
  header: ['转给', '进度', '客户'],
  rows: perTaker.map(({ toUserId, state, customers }) => [nameOf(names, toUserId), STATE_ZH[state], customers]),
})

export const unassignedSheet = (
  left: readonly { userId: string; customers: number; leftAtMs: number | undefined }[],
  names: GuideNames,
): Sheet => ({
  header: ['离职成员', '账号', '待分配的客户', '离职时间'],
  rows: left.map(({ userId, customers, leftAtMs }) => [
    nameOf(names, userId),
    userId,
    customers,
    leftAtMs === undefined ? null : shanghaiText(leftAtMs),
  ]),
})
