import { afterEach, beforeEach, expect, it } from 'vitest'
import { set, sql } from '../core/db/sql.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { formatModel } from '../records/worth/worth-queries.ts'
import { CUSTOMER_WORTH, WORTH_RUN } from '../records/worth/worth-tables.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { customersProgram } from './customers.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const MODEL = {
  ...{ customers: 2_357, repeaters: 946, refusal: undefined, noValue: undefined },
  buying: { r: 0.2426, alpha: 4.4136, a: 0.7929, b: 2.4259, logLikelihood: -9582.43 },
  spending: { p: 6.25, q: 3.741, gamma: 15.44, logLikelihood: -4055.92 },
  trial: {
    ...{ weeks: 13, customers: 2_200, expected: 493.4, actual: 512 },
    chart: [{ repeats: '0', customers: 1_400, expected: 0.1, actual: 0.123 }],
  },
}
const lines = async () => (await runCommand(customersProgram, ['worth'], t)).out.split('\n')

it('shows the model, how its trial went, and what all are expected to buy; or why nobody is reckoned', async () => {
  expect(await lines()).toEqual(['还没有估过：每天 03:10 估一次，付过款的客户够多才估。'])
  const at = Date.parse('2026-11-22T03:10:00+08:00')
  await t.db.tx(async (tx) => {
    await tx.run(sql`DELETE FROM ${WORTH_RUN}`)
    const run = { name: 'worth', due_at: at + DAY_MS, after_userid: '', fitted_at: at - DAY_MS, scored_at: at }
    await tx.insert(WORTH_RUN, { ...run, model: formatModel(MODEL) })
    await tx.insert(CUSTOMER_WORTH, {
      external_userid: 'wm1',
      alive_percent: 90,
      orders90_hundredths: 250,
      value90_fen: 20_000,
    })
  })
  expect(await lines()).toEqual([
    '付过款的客户 2357 位，买过两天以上的 946 位（学于 2026-11-21 03:10，算于 2026-11-22 03:10）',
    '买几次（BG/NBD）：r 0.243，α 4.414，a 0.793，b 2.426，对数似然 -9582.4（时间按周）',
    '一次花多少（Gamma-Gamma）：p 6.250，q 3.741，γ 15.440，对数似然 -4055.9（金额按元）',
    '试算：只看 13 周以前的记录，估 2200 位客户最近 13 周买 493 次，实际 512 次',
    expect.stringMatching(/^ *以前复购 +人数 +估计每人 +实际每人/),
    expect.stringMatching(/^ *0 +1400 +0\.10 +0\.12/),
    '以后 90 天：1 位客户合计约 3 次，约 200 元',
  ])
  const refused = { customers: 4, repeaters: 1, refusal: '数据太少', buying: undefined, spending: undefined }
  const model = formatModel({ ...refused, noValue: undefined, trial: undefined })
  await t.db.tx((tx) => tx.run(sql`UPDATE ${WORTH_RUN} SET ${set(WORTH_RUN, { model })}`))
  expect(await lines()).toContain('不估：数据太少')
})
