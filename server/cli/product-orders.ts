import { DAY_MS, shanghaiText, startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import { wilson } from '../operations/sop/experiments/interval.ts'
import { type GoodsSold, goodsSold } from '../records/orders/goods-sold.ts'
import { type RoleMove, roleMoves } from '../records/orders/role-moves.ts'
import { createCatalogue } from '../rules/book/catalogue.ts'
import { PRODUCT_ROLES } from '../rules/schema/product-rules.ts'
import { defineCommand } from './frame/command.ts'
import { daySlot } from './frame/day-slot.ts'
import { flag, many, oneOf, optional } from './frame/slot.ts'
import { inForce } from './sop/in-force.ts'

const DAYS = 30
const WINDOWS = [30, 60, 90]
/** On the screen; `--csv` and `--json` give all. */
const MOST_SHOWN = 50

interface Labelled extends GoodsSold {
  role: string | undefined
  isKnown: boolean
}

/** What was sold lately and what products.yaml says of it. */
export const products = defineCommand({
  name: 'products',
  audited: 'look',
  scope: 'customers',
  says: '近 30 天卖出的商品：products.yaml 里算什么品类、什么角色，哪些还没有写',
  lists: true,
  options: { unknown: flag('只列 products.yaml 里没有的') },
  run: async ({ unknown }, desk) => {
    const catalogue = (await inForce(desk))?.catalogue ?? createCatalogue([], '')
    const sinceMs = startOfShanghaiDay(desk.clock.now()) - (DAYS - 1) * DAY_MS
    const sold = await (await desk.db()).view((tx) => goodsSold(tx, sinceMs))
    const all: Labelled[] = sold.map((one) => {
      const label = catalogue.labelOf(one)
      return { ...one, category: label?.category ?? one.category, role: label?.role, isKnown: label !== undefined }
    })
    const missing = all.filter(({ isKnown }) => !isKnown)
    // What is to be done stands first.
    const goods = unknown ? missing : [...missing, ...all.filter(({ isKnown }) => isKnown)]
    const rows = goods.map(cellsOf)
    const head = `近 ${DAYS} 天卖出 ${all.length} 种商品，其中 ${missing.length} 种 products.yaml 里没有`
    const rest = rows.length > MOST_SHOWN ? [`……另有 ${rows.length - MOST_SHOWN} 种，用 --csv 全部列出。`] : []
    return {
      text: [`${head}。`, '', ...rows.slice(0, MOST_SHOWN).map((cells) => cells.join('  ')), ...rest].join('\n'),
      data: { days: DAYS, sold: all.length, unknown: missing.length, goods },
      sheet: { header: ['编码', '商品', '品类', '角色', '订单', '件数', '最近付款'], rows },
      isNo: missing.length > 0,
    }
  },
})

const cellsOf = ({ sku, name, category, role, isKnown, orders, pieces, lastPaidAtMs }: Labelled): string[] => [
  sku,
  name,
  category ?? '没有品类',
  role ?? (isKnown ? '没有角色' : '目录里没有'),
  `${orders} 单`,
  `${pieces} 件`,
  shanghaiText(lastPaidAtMs),
]

/** Who came for the bait, and bought the meal afterwards. */
export const moves = defineCommand({
  name: 'moves',
  audited: 'look',
  scope: 'customers',
  says: '先买引流、首试商品的人，30、60、90 天内有多少接着买了主推商品',
  more: '角色写在 products.yaml 里。每个天数只算满了这么多天的人；之前或同一单里就买过主推的不算，退回的不算买。括号里是 95% 的范围。',
  options: {
    from: many(oneOf('角色', '先买了哪些角色的商品，可以写几次；不写就是引流和首试', PRODUCT_ROLES)),
    to: many(oneOf('角色', '接着买了哪些角色的商品，可以写几次；不写就是主推', PRODUCT_ROLES)),
    since: optional(daySlot('日期', '只看从哪天起开始买的人')),
  },
  run: async ({ from, to, since }, desk) => {
    const asked = {
      from: from.length > 0 ? from : (['引流', '首试'] as const),
      to: to.length > 0 ? to : (['主推'] as const),
    }
    const counted = await (await desk.db()).view((tx) =>
      roleMoves(tx, { ...asked, days: WINDOWS, sinceMs: since ?? 0, nowMs: desk.clock.now() }),
    )
    const found = counted.map((move) => ({ ...move, ...wilson(move) }))
    const head = `先买${asked.from.join('、')}，接着买${asked.to.join('、')}：`
    return {
      text: [head, ...found.map(moveText)].join('\n'),
      data: { ...asked, sinceMs: since ?? null, moves: found },
    }
  },
})

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

const moveText = ({ days, people, goals, low, high }: RoleMove & { low: number; high: number }): string =>
  people === 0
    ? `  ${days} 天内：还没有满 ${days} 天的人`
    : `  ${days} 天内：${people} 人里 ${goals} 人，${percent(goals / people)}（${percent(low)}–${percent(high)}）`
