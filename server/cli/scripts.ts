import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import {
  type PlaceCount,
  type ScriptUseCount,
  type ShownCount,
  scriptPlaceCounts,
  scriptShownCounts,
  scriptUseCounts,
} from '../operations/scripts-library/script-use-counts.ts'
import type { LibraryScript } from '../rules/book/rule-book.ts'
import { readBook } from './find/read-book.ts'
import { defineCommand, type Program } from './frame/command.ts'
import { or, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'

const HEADER = ['话术', '标题', '领域', '情境', '次数', '客户', '导购', '推荐时列出', '其中选它', '最近一次']

const used = defineCommand({
  name: 'used',
  audited: 'no',
  scope: 'open',
  says: '每条话术近几天被导购发了多少次、给多少客户；没有人用的也列在最后',
  lists: true,
  words: { days: or(30, whole('天数', '往回看几天', { min: 1, max: 366 })) },
  run: async ({ days }, desk) => {
    const { scripts } = await readBook(desk)
    const sinceMs = desk.clock.now() - days * DAY_MS
    const { counts, places, shown } = await (await desk.db()).view(async (tx) => ({
      counts: await scriptUseCounts(tx, sinceMs),
      places: await scriptPlaceCounts(tx, sinceMs),
      shown: await scriptShownCounts(tx, sinceMs),
    }))
    const counted = new Set(counts.map(({ scriptId }) => scriptId))
    const unused = [...scripts.values()].filter(({ name }) => !counted.has(name))
    const rows = [
      ...counts.map((one) => cellsOf(one, scripts.get(one.scriptId), shown.get(one.scriptId))),
      ...unused.map((script) => [script.name, ...placeOf(script), 0, 0, 0, ...shownCells(shown.get(script.name)), '']),
    ]
    const total = counts.reduce((sum, { times }) => sum + times, 0)
    const head = `近 ${days} 天导购发了 ${total} 次话术；${counts.length} 条有人用，${unused.length} 条没有人用`
    return {
      text:
        rows.length === 0
          ? '还没有话术（在 config/scripts/ 里写一条）'
          : [head, ...placesText(places), tableOf(rows)].join('\n'),
      data: { days, total, places, used: counts, unused: unused.map(({ name }) => name), shown: [...shown.values()] },
      sheet: { header: HEADER, rows },
    }
  },
})

function placesText(places: readonly PlaceCount[]): string[] {
  const total = places.reduce((sum, { times }) => sum + times, 0)
  if (total === 0) return []
  const shares = places.map(
    ({ place, times }) => `第 ${place} 条 ${Math.round((100 * times) / total)} %（${times} 次）`,
  )
  return [`其中 ${total} 次是从推荐里发的：${shares.join('，')}`]
}

const tableOf = (rows: readonly (readonly (string | number)[])[]): string =>
  table([HEADER, ...rows.map((row) => row.map(String))])

const placeOf = ({ value, domain, situation }: LibraryScript): string[] => [value.title, domain, situation]

const goneOrOwn = (id: string): string => (id.startsWith('own:') ? '（导购自己写的）' : '（规则里已经没有）')

const cellsOf = (
  { scriptId, times, customers, guides, lastAtMs }: ScriptUseCount,
  script: LibraryScript | undefined,
  shown: ShownCount | undefined,
) => [
  scriptId,
  ...(script === undefined ? [goneOrOwn(scriptId), '', ''] : placeOf(script)),
  times,
  customers,
  guides,
  ...shownCells(shown),
  shanghaiText(lastAtMs),
]

const shownCells = (count: ShownCount | undefined): number[] => [count?.shown ?? 0, count?.chosen ?? 0]

export const scriptsProgram: Program = {
  name: 'scripts',
  says: '话术：用得怎么样。',
  commands: [used],
}
