import { pathToFileURL } from 'node:url'
import type { Db } from '../core/db/db.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { statusZh } from '../records/orders/order-status.ts'
import { type UnmatchedOrder, unmatchedOrders } from '../records/orders/unmatched-orders.ts'
import { csvText } from './csv-text.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'

const USAGE = `用法：npm run -s orders -- unmatched [--json | --csv]

  unmatched    列出找不到客户的订单，新的在前：来自哪家店、订单号、多少钱、留了什么

客户加好友、导购备注手机号、重新导入改正过的文件后，订单会自动归到客户名下。
退出码：0 没有，1 有或读不到，2 用法不对`

const MOST_SHOWN = 200
/** For files, which people filter. */
const MOST_LISTED = 100_000

/** `words`: the command line after the program's name. */
export async function runOrders(words: readonly string[], db: Db): Promise<Outcome> {
  const [command, form, ...more] = words
  const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })
  if (command === 'help' || command === '--help' || command === '-h') return { code: 0, out: USAGE, err: '' }
  if (command !== 'unmatched') return wrongUse(command === undefined ? '没有写命令。' : `没有「${command}」这个命令。`)
  if (more.length > 0) return wrongUse(`多了 ${more[0]}。`)
  if (form !== undefined && form !== '--json' && form !== '--csv') return wrongUse(`不认得 ${form}。`)
  const limit = form === undefined ? MOST_SHOWN : MOST_LISTED
  const { orders, counts } = await db.tx(async (tx) => ({
    orders: await unmatchedOrders.list(tx, { limit }),
    counts: await unmatchedOrders.counts(tx),
  }))
  const code = counts.all === 0 ? 0 : 1
  if (form === '--json') return { code, out: JSON.stringify({ ...counts, orders }, null, 2), err: '' }
  if (form === '--csv') return { code, out: csvText(HEADER, orders.map(cellsOf)), err: '' }
  if (counts.all === 0) return { code, out: '所有订单都找到了客户。', err: '' }
  const lines = orders.map((order) => cellsOf(order).join('  '))
  const rest = counts.all > orders.length ? [`……另有 ${counts.all - orders.length} 条，用 --csv 全部列出。`] : []
  const head = `${counts.all} 条订单还没有找到客户，其中 ${counts.hopeless} 条没有留下能认出客户的信息`
  return { code, out: [head, '', ...lines, ...rest].join('\n'), err: '' }
}

const HEADER = ['来源', '订单号', '状态', '金额（元）', '时间', '留下的信息']

const cellsOf = (order: UnmatchedOrder): string[] => [
  order.source,
  order.orderId,
  statusZh[order.status],
  (order.totalFen / 100).toFixed(2),
  shanghaiText(order.paidAtMs ?? order.createdAtMs),
  namesOf(order),
]

function namesOf({ phoneTail, unionId, externalUserId }: UnmatchedOrder): string {
  const names = [
    phoneTail === null ? undefined : `手机尾号 ${phoneTail}`,
    unionId === null ? undefined : `unionId ${unionId}`,
    externalUserId === null ? undefined : `客户ID ${externalUserId}`,
  ].filter((name) => name !== undefined)
  return names.length === 0 ? '没有' : names.join('，')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runOnDatabase(runOrders)
