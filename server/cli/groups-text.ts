import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Misplaced } from '../operations/routing/misplaced.ts'
import type { PoolFullness } from '../records/groups/pool-fullness.ts'
import type { Pool } from '../rules/book/rule-book.ts'
import { conditionZh } from '../rules/condition/condition-zh.ts'

/** Columns on a terminal: Chinese characters take two. */
const width = (text: string): number =>
  [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  )

/** Rows below a head, columns aligned, two blanks between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, width(cell))), [])
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd()
  return rows.map((row) => `  ${line(row)}`).join('\n')
}

function factText(path: string, value: unknown): string {
  const shape = VOCABULARY.facts.find((one) => one.path === path)
  const name = shape?.zh ?? path
  if (value === null || value === undefined) return `${name}未知`
  if (shape?.type === 'money') return `${name} ${Number(value) / 100} 元`
  if (shape?.type === 'flag') return `${name}：${value === true ? '是' : '否'}`
  return `${name} ${Array.isArray(value) ? value.join('、') || '无' : String(value)}`
}

export function misplacedText(pool: Pool, members: readonly Misplaced[]): string {
  const condition = conditionZh(pool.entry, VOCABULARY.facts)
  if (members.length === 0) return `群池「${pool.name}」：成员都符合入群条件（${condition}）`
  const rows = members.map((member) => [
    member.groupName || '未命名的群',
    member.name ?? '',
    member.externalUserId,
    Object.entries(member.facts)
      .map(([path, value]) => factText(path, value))
      .join('，'),
  ])
  const head = `群池「${pool.name}」：${members.length} 位成员不符合入群条件（${condition}）`
  return `${head}\n${table([['群', '群里的昵称', '客户编号', '现在'], ...rows])}`
}

export function poolsText(pools: readonly PoolFullness[]): string {
  if (pools.length === 0) return '还没有群池（在 config/groups/ 里写一个）'
  const rows = pools.map((pool) => [
    pool.pool,
    String(pool.groups),
    String(pool.members),
    String(pool.capacity),
    String(pool.room),
    pool.qrCode === undefined ? '还没有' : '有',
    pool.trouble ?? '',
  ])
  return `群池：\n${table([['群池', '群数', '人数', '每群上限', '空位', '入群码', '需要处理'], ...rows])}`
}
