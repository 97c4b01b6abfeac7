import type { Draft } from '../files/draft.ts'
import { fenOfText } from '../rfm/fen-of-text.ts'
import { type Cell, cellsOf, DIMENSIONS, isIn, stepsOf, usualEight } from '../rfm/rfm-names.ts'
import type { RfmRule, RfmRules } from '../schema/rfm-rule.ts'

type RfmDraft = Draft<RfmRules>

const cellText = ({ r, f, m }: Cell): string => `R${r} F${f} M${m}`

function checkThresholds(draft: RfmDraft, { days, r = {}, f = {}, m = {} }: RfmRule): void {
  const both = [
    ['r', 'within', r.within, r.steps],
    ['f', 'from', f.from, f.steps],
    ['m', 'from', m.from, m.steps],
  ] as const
  for (const [key, fixed, written, steps] of both) {
    if (written !== undefined && steps !== undefined)
      draft.fault(['rfm', key, 'steps'], `写了 ${fixed} 就不按名次分了，steps 不起作用`, '删掉其中一行', 'key')
  }
  const inOrder = (
    key: string,
    fixed: string,
    values: readonly number[],
    isRight: (a: number, b: number) => boolean,
  ) => {
    const wrong = values.findIndex((value, nth) => nth > 0 && !isRight(values[nth - 1] ?? 0, value))
    const order = key === 'r' ? '从大到小：天数越少分越高' : '从小到大：越多分越高'
    if (wrong > 0) draft.fault(['rfm', key, fixed, wrong], `门槛要${order}，不能一样`, '调整顺序')
  }
  inOrder('r', 'within', r.within ?? [], (a, b) => b < a)
  inOrder('f', 'from', f.from ?? [], (a, b) => b > a)
  inOrder('m', 'from', (m.from ?? []).map(fenOfText), (a, b) => b > a)
  checkNever(draft, { ...(days === undefined ? {} : { days }), r, f })
}

/** Steps that nobody can be on, whatever they buy. */
function checkNever(draft: RfmDraft, { days, r = {}, f = {} }: RfmRule): void {
  const [widest] = r.within ?? []
  // Of a window of so many days, today included, the oldest purchase is one day less ago. What is signed for may be older in
  // neither direction: it is paid first.
  if (days !== undefined && widest !== undefined && widest >= days - 1 && r.since !== 'created')
    draft.fault(
      ['rfm', 'r', 'within', 0],
      `没有人会是 R 1 分：只看 ${days} 天的订单，都在 ${widest} 天以内`,
      `写得比 ${days - 1} 小，或者把 days 写大`,
    )
  if (f.from?.[0] === 1) draft.fault(['rfm', 'f', 'from', 0], '没有人会是 F 1 分：有分数的人至少买过 1 次', '从 2 写起')
  const most = f.from?.at(-1)
  if (days !== undefined && most !== undefined && (f.count ?? 'days') === 'days' && most > days)
    draft.fault(
      ['rfm', 'f', 'from', (f.from?.length ?? 1) - 1],
      `没有人会是 F ${(f.from?.length ?? 0) + 1} 分：${days} 天里最多 ${days} 天有付款`,
      `写得不超过 ${days}，或者数订单（count: orders）`,
    )
}

/** Every combination of points has exactly one name. */
function checkNames(draft: RfmDraft, rule: RfmRule): void {
  const { names } = rule
  if (names === undefined) return
  const steps = stepsOf(rule)
  for (const [index, entry] of names.entries()) {
    for (const key of DIMENSIONS) {
      const { gte = 1, lte = steps[key] } = entry[key] ?? {}
      const here = ['rfm', 'names', index, key]
      if (gte > steps[key] || lte > steps[key])
        draft.fault(here, `${key.toUpperCase()} 最高 ${steps[key]} 分`, `写 1 到 ${steps[key]}`)
      else if (gte > lte) draft.fault(here, `没有分数同时至少 ${gte}、最多 ${lte}`, 'gte 写得不比 lte 大')
    }
  }
  const cells = cellsOf(steps)
  const bare = cells.filter((cell) => !names.some((entry) => isIn(entry, cell)))
  const [first] = bare
  if (first !== undefined) {
    const more = bare.length === 1 ? '' : ` 等 ${bare.length} 种组合`
    draft.fault(['rfm', 'names'], `${cellText(first)}${more}没有名字`, '补一条，每种组合恰好一个名字', 'key')
  }
  for (const [index, entry] of names.entries()) {
    const double = cells.find((cell) => isIn(entry, cell) && names.slice(0, index).some((one) => isIn(one, cell)))
    if (double === undefined) continue
    const other = names.slice(0, index).find((one) => isIn(one, double))
    const message = `${cellText(double)} 已经叫「${other?.name}」，这里又叫「${entry.name}」`
    draft.fault(['rfm', 'names', index, 'name'], message, '让两条的范围不重叠')
  }
}

/** What the groups are called, as written; without a list of their own they have the usual names. */
export const rfmNamesIn = (files: readonly { value: unknown }[]): Set<string> =>
  new Set(files.flatMap(({ value }) => namesIn(value)))

function namesIn(value: unknown): string[] {
  const { rfm } = (value ?? {}) as { rfm?: { names?: unknown } | null }
  const names = rfm?.names
  if (names === undefined) return usualEight(stepsOf({})).map(({ name }) => name)
  if (!Array.isArray(names)) return []
  return names.flatMap((one: { name?: unknown } | null) => (typeof one?.name === 'string' ? [one.name] : []))
}

export function checkRfm(files: RfmDraft[]): void {
  for (const draft of files) {
    if (draft.isLeftOut(['rfm'])) continue
    checkThresholds(draft, draft.value.rfm)
    checkNames(draft, draft.value.rfm)
  }
}
