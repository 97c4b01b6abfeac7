import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { GroupWelcomeRow } from '../operations/group-welcomes/group-welcome-tables.ts'
import type { Misplaced } from '../operations/routing/misplaced.ts'
import type { PoolFullness } from '../records/groups/pool-fullness.ts'
import type { Pool } from '../rules/book/rule-book.ts'
import { conditionZh } from '../rules/condition/condition-zh.ts'
import { shapeAt } from '../rules/condition/narrowed.ts'
import type { Sheet } from './frame/command.ts'
import { table } from './frame/table.ts'

function factText(path: string, value: unknown): string {
  const shape = shapeAt(VOCABULARY.facts, path)
  const name = shape?.zh ?? path
  if (value === null || value === undefined) return `${name}未知`
  if (shape?.type === 'money') return `${name} ${Number(value) / 100} 元`
  if (shape?.type === 'flag') return `${name}：${value === true ? '是' : '否'}`
  return `${name} ${Array.isArray(value) ? value.join('、') || '无' : String(value)}`
}

const misplacedCells = (member: Misplaced): string[] => [
  member.groupName || '未命名的群',
  member.name ?? '',
  member.externalUserId,
  Object.entries(member.facts)
    .map(([path, value]) => factText(path, value))
    .join('，'),
]

const MISPLACED_HEADER = ['群', '群里的昵称', '客户编号', '现在']

export function misplacedText(pool: Pool, members: readonly Misplaced[]): string {
  const condition = conditionZh(pool.entry, VOCABULARY.facts)
  if (members.length === 0) return `群池「${pool.name}」：成员都符合入群条件（${condition}）`
  const head = `群池「${pool.name}」：${members.length} 位成员不符合入群条件（${condition}）`
  return `${head}\n${table([MISPLACED_HEADER, ...members.map(misplacedCells)])}`
}

export const misplacedSheet = (found: readonly { pool: string; members: readonly Misplaced[] }[]): Sheet => ({
  header: ['群池', ...MISPLACED_HEADER],
  rows: found.flatMap(({ pool, members }) => members.map((member) => [pool, ...misplacedCells(member)])),
})

/** What of the template for newcomers stands at the platform; `isWanted`: the pool's file has one. */
export function welcomeState(isWanted: boolean, row: GroupWelcomeRow | undefined) {
  const isThere = row !== undefined && row.template_id !== null
  if (!isWanted)
    return { state: isThere ? '等删除' : '没有写', trouble: isThere ? (row.trouble ?? undefined) : undefined }
  return { state: isThere ? '有' : '还没有', trouble: row?.trouble ?? undefined }
}

/** A pool with its template. */
type ShownPool = PoolFullness & { welcome: ReturnType<typeof welcomeState> }

const POOLS_HEADER = ['群池', '群数', '人数', '每群上限', '空位', '入群码', '入群欢迎语', '需要处理']

const poolCells = (pool: ShownPool): string[] => [
  pool.pool,
  String(pool.groups),
  String(pool.members),
  String(pool.capacity),
  String(pool.room),
  pool.qrCode === undefined ? '还没有' : '有',
  pool.welcome.state,
  [pool.trouble, pool.welcome.trouble].filter((one) => one !== undefined).join('；'),
]

export const poolsText = (pools: readonly ShownPool[]): string =>
  pools.length === 0
    ? '还没有群池（在 config/groups/ 里写一个）'
    : `群池：\n${table([POOLS_HEADER, ...pools.map(poolCells)])}`

export const poolsSheet = (pools: readonly ShownPool[]): Sheet => ({
  header: POOLS_HEADER,
  rows: pools.map(poolCells),
})
