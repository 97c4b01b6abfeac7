import type { Sheet } from '../frame/command.ts'
import { countBy, dayOf, type PlanReport, stepRows } from './plan-report.ts'

/** A row for each step of each journey and each day on which it is taken, by guide; drawn customers are not multiplied up. */
export const planSheet = ({ sops, book, guides }: PlanReport): Sheet => ({
  header: ['SOP', '步骤', '内容', '日期', '导购', '次数'],
  rows: sops.flatMap((sop) =>
    stepRows(sop, book).flatMap(({ text, position, done }) =>
      [...countBy(done, ({ atMs, userId }) => `${dayOf(atMs)} ${userId}`)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, count]) => {
          const [day = '', userId = ''] = key.split(' ')
          return [sop.title, position, text, day, guides.get(userId) ?? userId, count]
        }),
    ),
  ),
})
