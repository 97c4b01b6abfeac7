import type { Tx } from '../core/db/tx.ts'
import { createOutbox } from '../engine/actions/outbox.ts'
import { handoverQueries } from '../operations/handover/handover-queries.ts'
import { type HandoverPlan, planHandover } from '../operations/handover/plan-handover.ts'
import { startHandover } from '../operations/handover/start-handover.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { guideNames } from './find/guide-names.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Answer, type ChangeAnswer, type Changed, defineCommand, type Program } from './frame/command.ts'
import { numbered, optional } from './frame/slot.ts'
import { HANDOVER_OPTIONS, requestOf } from './handover-asked.ts'
import { planSheet, summarySheet, takersSheet, unassignedSheet } from './handover-sheets.ts'
import { type PlanNames, planText, statusText, summaryText, unassignedText } from './handover-text.ts'

const PROPOSED = 3

async function planNames(tx: Tx, plan: HandoverPlan): Promise<PlanNames> {
  const { moves, blocked } = plan.customers
  const ids = [...new Set([...moves, ...blocked].map(({ externalUserId }) => externalUserId))]
  return { guides: await guideNames(tx), customers: await customerQueries.namesOf(tx, ids) }
}

const plan = defineCommand({
  name: 'plan',
  audited: 'look',
  scope: 'customers',
  says: '预演：谁能转、谁不能转、为什么、要多久；什么都不写，什么都不发',
  lists: true,
  options: HANDOVER_OPTIONS,
  run: async (asked, desk) =>
    (await desk.db()).tx(async (tx): Promise<Answer> => {
      const request = await requestOf(tx, asked)
      const now = desk.clock.now()
      const planned = await planHandover(tx, request, now)
      if ('fault' in planned) throw cliFault('no', planned.fault)
      const names = await planNames(tx, planned.plan)
      const { customers, groups } = planned.plan
      return {
        text: `${planText(request.fromUserId, planned.plan, names, now)}\n（只是预演，什么都没有写，什么都没有发）`,
        data: { request, ...planned.plan },
        sheet: planSheet(planned.plan, names),
        isNo: customers.moves.length + groups.moves.length === 0,
      }
    }),
})

const movesOf = (fromUserId: string, { customers, groups }: HandoverPlan): Changed[] => [
  ...customers.moves.map(({ externalUserId, toUserId }) => ({
    ...{ of: '客户', customer: externalUserId },
    ...{ before: { guide: fromUserId }, after: { guide: toUserId } },
  })),
  ...groups.moves.map(({ chatId, toUserId }) => ({
    ...{ of: `群 ${chatId}`, before: { owner: fromUserId }, after: { owner: toUserId } },
  })),
]

const start = defineCommand({
  name: 'start',
  audited: 'change',
  scope: 'operate',
  says: '发起；同一位客户转接途中不会再发起第二次',
  options: HANDOVER_OPTIONS,
  run: async (asked, desk) => {
    const outbox = createOutbox({ clock: desk.clock, nudge: () => undefined })
    return (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
      const request = await requestOf(tx, asked)
      const started = await startHandover(tx, { clock: desk.clock, outbox }, request, asked.message)
      if ('fault' in started) throw cliFault('no', started.fault)
      const nothing = 'nothing' in started
      const planned = nothing ? started.nothing : started.plan
      const text = planText(request.fromUserId, planned, await planNames(tx, planned), desk.clock.now())
      if (nothing) {
        return { text: `${text}\n没有可以发起的。`, data: { handover: null, ...planned }, isNo: true, changed: [] }
      }
      const id = started.handoverId
      const next = `已写下，编号 #${id}；运行中的服务会马上发起。查看进度：npm run -s handover -- status ${id}`
      const changed = movesOf(request.fromUserId, planned)
      return { text: `${text}\n${next}`, data: { handover: id, ...planned }, changed }
    })
  },
})

const status = defineCommand({
  name: 'status',
  audited: 'look',
  scope: 'customers',
  says: '进度、结果和没有转成的原因',
  lists: true,
  words: { id: optional(numbered('编号', '只看这一次；不写就列出最近的')) },
  run: async ({ id }, desk) =>
    (await desk.db()).tx(async (tx): Promise<Answer> => {
      const names = await guideNames(tx)
      const runs = await handoverQueries.summaries(tx, id)
      if (id === undefined) {
        const lines = runs.map((run) => summaryText(run, names))
        return {
          text: lines.length === 0 ? '还没有发起过转接。' : lines.join('\n'),
          data: { handovers: runs },
          sheet: summarySheet(runs, names),
        }
      }
      const [run] = runs
      if (run === undefined) throw cliFault('no', `没有编号 ${id} 的转接，先用 status 查。`)
      const details = {
        perTaker: await handoverQueries.perTaker(tx, id),
        failures: await handoverQueries.failures(tx, id),
        doneByMs: await handoverQueries.doneBy(tx, id),
      }
      return {
        text: statusText(run, details, names),
        data: { ...run, ...details },
        sheet: takersSheet(details.perTaker, names),
      }
    }),
})

const unassigned = defineCommand({
  name: 'unassigned',
  audited: 'look',
  scope: 'customers',
  says: '离职成员还没有分配的客户，以及分给谁的建议',
  lists: true,
  run: async (_values, desk) =>
    (await desk.db()).tx(async (tx) => {
      const left = await handoverQueries.unassigned(tx)
      const guides = (await staffQueries.all(tx)).filter((member) => member.isGuide && member.state === 'active')
      const ids = guides.map((guide) => guide.userId)
      const counts = await customerQueries.countsOf(tx, ids)
      const proposal = [...ids]
        .sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || (a < b ? -1 : 1))
        .slice(0, PROPOSED)
      const names = await guideNames(tx)
      return {
        text: unassignedText(left, proposal, names),
        data: { left, proposal },
        sheet: unassignedSheet(left, names),
      }
    }),
})

export const handoverProgram: Program = {
  name: 'handover',
  says: '继承：把一位成员的客户和群转给别的导购。',
  commands: [plan, start, status, unassigned],
}
