import type { Tx } from '../core/db/tx.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import {
  type BesideSends,
  type CampaignReport,
  reportOnCampaign,
  stepsOfCampaign,
} from '../operations/mass-send/campaign-report.ts'
import { momentQueries } from '../operations/moments/moment-queries.ts'
import { dutyQueries } from '../operations/tasks/duties/duty-queries.ts'
import { nameOfStep } from '../rules/campaigns/times-of-campaign.ts'
import { campaignLine, campaignSheet, showText } from './campaigns-text.ts'
import { findNamed } from './find/find-named.ts'
import { readBook } from './find/read-book.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { text } from './frame/slot.ts'

const list = defineCommand({
  name: 'list',
  audited: 'no',
  scope: 'open',
  says: '每个活动在哪一天、发了几步、下一步什么时候',
  lists: true,
  run: async (_values, desk) => {
    const nowMs = desk.clock.now()
    const reports: CampaignReport[] = []
    for (const { value } of (await readBook(desk)).campaigns.values()) {
      const names = value.steps.map((step) => nameOfStep(value, step))
      reports.push(
        await (await desk.db()).tx(async (tx) => {
          const { steps, ...one } = await stepsOfCampaign(tx, value, await besideSends(tx, names), nowMs)
          return { ...one, steps: steps.map(({ name: _name, runs: _runs, ...step }) => step) }
        }),
      )
    }
    return {
      text:
        reports.length === 0
          ? '还没有活动。写在 config/campaigns/ 里。'
          : reports.map((one) => campaignLine(one, nowMs)).join('\n'),
      data: { campaigns: reports },
      sheet: {
        header: ['活动', '日期', '步骤', '时间', '发了没有'],
        rows: reports.flatMap(({ name, date, steps }) =>
          steps.map((step) => [name, date, step.step, shanghaiText(step.atMs), step.isOut ? '是' : '否']),
        ),
      },
    }
  },
})

const show = defineCommand({
  name: 'show',
  audited: 'no',
  scope: 'open',
  says: '一个活动的每一步：什么时候、发给多少人、预计和实际、之后的订单；整个活动和对照组比',
  lists: true,
  words: { name: text('名称', 'config/campaigns/ 里写的活动名称') },
  run: async ({ name }, desk) => {
    const { campaigns } = await readBook(desk)
    const { value } = findNamed(campaigns, name, { kind: '活动', where: 'config/campaigns/' })
    const report = await reportOf(desk, value)
    return { text: showText(report, desk.clock.now()), data: report, sheet: campaignSheet(report) }
  },
})

/** With what moments and staff made of their steps. */
async function reportOf(desk: Desk, value: Parameters<typeof reportOnCampaign>[1]): Promise<CampaignReport> {
  const names = value.steps.map((step) => nameOfStep(value, step))
  return (await desk.db()).tx(async (tx) => reportOnCampaign(tx, value, await besideSends(tx, names), desk.clock.now()))
}

const besideSends = async (tx: Tx, names: readonly string[]): Promise<BesideSends> => ({
  moments: await momentQueries.runsOf(tx, names),
  duties: await dutyQueries.countsOf(tx, names),
})

export const campaignsProgram: Program = {
  name: 'campaigns',
  says: '活动：一个日子前后的群发、朋友圈和待办。',
  commands: [list, show],
}
