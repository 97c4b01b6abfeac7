import * as fixtures from '../src/testing/fixtures.ts'
import type { PaneState } from './pane-state.ts'

/** What is asked for without a customer, and the numbers that say less. */

const HOUR_MS = 3_600_000
const duty = {
  script: null,
  evidence: null,
  groups: '「付费群1」「付费群2」「牧野牛排·三里屯店·付费群 12（老客周三团购专用）」等 9 个群',
}
const DUTIES = {
  ...fixtures.aDay(),
  dutiesTotal: 63,
  duties: [
    {
      ...{ ...duty, id: '7', title: '主持「煎法课」', evidence: '几个人接龙', dueAtMs: fixtures.NOW_MS - 2 * HOUR_MS },
      script: '先问：今天谁煎？\n再说：出锅放五分钟再切，肉汁才留得住；没有温度计的，用筷子戳一下看颜色。',
    },
    { ...duty, id: '8', title: '把群公告换成本周安排', dueAtMs: fixtures.NOW_MS + 3 * HOUR_MS },
  ],
}
const ALONE = { entry: 'normal' }
const { today } = fixtures.someNumbers()
const one = { ...today, creditFen: null }

export const DUTY_STATES: PaneState[] = [
  {
    name: 'my-day-duties',
    options: ALONE,
    answers: { day: DUTIES },
    reach: (page) => page.getByText('先问：今天谁煎').waitFor(),
  },
  {
    name: 'my-day-duties-refusing',
    options: ALONE,
    answers: { day: DUTIES },
    reach: async (page) => {
      await page.getByRole('button', { name: '做不了' }).first().click()
      await page.getByRole('textbox', { name: '为什么做不了' }).fill('今天休息，晚上八点没有人在店里')
    },
  },
  {
    name: 'my-day-duties-over',
    options: ALONE,
    answers: { day: DUTIES },
    reach: async (page) => {
      await page.getByRole('textbox', { name: '几个人接龙' }).fill('23 人，三位问了厚切什么时候有')
      await page.route('**/day', (route) => route.fulfill({ json: { ...DUTIES, duties: [], dutiesTotal: 0 } }))
      await page.clock.runFor(31_000)
      await page.getByText('写的没有记上').waitFor()
    },
  },
  {
    name: 'my-day-no-credit',
    options: ALONE,
    answers: { 'day/numbers': { today: one, month: one, lastMonth: one, lastMonthWhole: one } },
    reach: (page) => page.getByText('月粉效').first().waitFor(),
  },
]
