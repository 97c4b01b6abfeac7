import { shanghaiText } from '../core/kernel/shanghai.ts'
import type { Model, Trial } from '../records/worth/model/model.ts'
import { worthQueries } from '../records/worth/worth-queries.ts'
import { defineCommand } from './frame/command.ts'
import { table } from './frame/table.ts'

export const worthCommand = defineCommand({
  name: 'worth',
  audited: 'no',
  scope: 'open',
  says: '客户以后会买多少是怎么估的：模型、最近试算准不准、为什么不估',
  lists: true,
  run: async (_said, desk) =>
    (await desk.db()).view(async (tx) => {
      const found = await worthQueries.model(tx)
      const header = ['以前复购', '人数', '估计每人', '实际每人']
      if (found === undefined) {
        const text = '还没有估过：每天 03:10 估一次，付过款的客户够多才估。'
        return { text, data: { model: null }, sheet: { header, rows: [] } }
      }
      const { model, fittedAtMs, scoredAtMs } = found
      const sums = await worthQueries.sums(tx)
      const when = `学于 ${shanghaiText(fittedAtMs)}${scoredAtMs === undefined ? '' : `，算于 ${shanghaiText(scoredAtMs)}`}`
      const head = `付过款的客户 ${model.customers} 位，买过两天以上的 ${model.repeaters} 位（${when}）`
      const next = `以后 90 天：${sums.customers} 位客户合计约 ${Math.round(sums.orders90)} 次`
      const money =
        model.noValue === undefined ? `，约 ${Math.round(sums.value90Fen / 100)} 元` : `；金额不估：${model.noValue}`
      const lines = [
        head,
        ...(model.refusal === undefined ? modelLines(model) : [`不估：${model.refusal}`]),
        ...(model.trial === undefined ? [] : [trialText(model.trial, header)]),
        ...(model.refusal === undefined ? [next + money] : []),
      ]
      return {
        text: lines.join('\n'),
        data: { model, fittedAtMs, scoredAtMs: scoredAtMs ?? null, ...sums },
        sheet: {
          header,
          rows: (model.trial?.chart ?? []).map((row) => [row.repeats, row.customers, row.expected, row.actual]),
        },
      }
    }),
})

const three = (value: number): string => value.toFixed(3)

const modelLines = ({ buying, spending }: Model): string[] => [
  ...(buying === undefined
    ? []
    : [
        `买几次（BG/NBD）：r ${three(buying.r)}，α ${three(buying.alpha)}，a ${three(buying.a)}，b ${three(buying.b)}，对数似然 ${buying.logLikelihood.toFixed(1)}（时间按周）`,
      ]),
  ...(spending === undefined
    ? []
    : [
        `一次花多少（Gamma-Gamma）：p ${three(spending.p)}，q ${three(spending.q)}，γ ${three(spending.gamma)}，对数似然 ${spending.logLikelihood.toFixed(1)}（金额按元）`,
      ]),
]

function trialText({ weeks, customers, expected, actual, chart }: Trial, header: string[]): string {
  const head = `试算：只看 ${weeks} 周以前的记录，估 ${customers} 位客户最近 ${weeks} 周买 ${Math.round(expected)} 次，实际 ${actual} 次`
  const rows = chart.map((row) => [row.repeats, String(row.customers), row.expected.toFixed(2), row.actual.toFixed(2)])
  return `${head}\n${table([header, ...rows])}`
}
