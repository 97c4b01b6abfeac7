import { expect, it } from 'vitest'
import { readOrders } from './testing/read-orders.ts'

const PHONE = '13800001111'
const PAID = '2026-11-20 10:00:00'

/** Standing, worth and what came back of it, in fen; or the faults. */
async function read(header: string, ...rows: string[]): Promise<string[]> {
  const lines = [`订单号,状态,金额,手机号,付款时间,商品名称,${header}`]
  for (const row of rows) lines.push(row.replace('…', `已付款,100,${PHONE},${PAID}`))
  const { orders, faults } = await readOrders(lines.join('\n'))
  return [...orders.map(({ status, totalFen, refundedFen }) => `${status} ${totalFen} ${refundedFen ?? 0}`), ...faults]
}

it.each<[string, string, string[], string[]]>([
  ['one refund in two columns is one', '退款金额,商品已退款金额', ['A,…,精华,20,20'], ['paid 10000 2000']],
  [
    'that of the order and those of its goods',
    '订单已退款金额,商品已退款金额',
    ['A,…,精华,50,20', 'A,…,面膜,50,30'],
    ['paid 10000 5000'],
  ],
  ['with a minus before it', '退款金额', ['A,…,精华,-80.00'], ['paid 10000 8000']],
  ['with a minus, of the goods', '商品已退款金额', ['A,…,精华,-80.00'], ['paid 10000 8000']],
  ['nothing', '退款金额', ['A,…,精华,0.00'], ['paid 10000 0']],
  ['words', '退款金额', ['A,…,精华,无退款申请'], ['paid 10000 0']],
  ['what is no amount', '退款金额', ['A,…,精华,80.00(部分)'], ['2: 退款金额看不懂，请写成 128.00']],
  ['what is no amount, of the order', '订单已退款金额', ['A,…,精华,８０块多'], ['2: 退款金额看不懂，请写成 128.00']],
  ['those of the goods alone', '商品已退款金额', ['A,…,精华,20', 'A,…,面膜,30'], ['paid 10000 5000']],
  ['an amount and a word for it', '退款金额,售后状态', ['A,…,精华,20,退款成功'], ['paid 10000 2000']],
  ['a word without an amount means all', '售后状态', ['A,…,精华,退款成功'], ['refunded 10000 0']],
  ['a word on the first of merged rows', '售后状态', ['A,…,精华,退款成功', ',,,,,面膜,'], ['refunded 10000 0']],
  [
    'a word for some of the goods only is not all of them',
    '售后状态',
    ['A,…,精华,退款成功', 'A,…,面膜,-'],
    ['2: 同一单有的行退款成功、有的没有，请补上「退款金额」写明退了多少'],
  ],
  [
    'the same, with what came back',
    '售后状态,商品退款金额',
    ['A,…,精华,退款成功,30', 'A,…,面膜,-,'],
    ['paid 10000 3000'],
  ],
  ['the same amount on each row is that of the order', '退款金额', ['A,…,精华,20', 'A,…,面膜,20'], ['paid 10000 2000']],
  [
    'different amounts are never the larger one',
    '退款金额',
    ['A,…,精华,20', 'A,…,面膜,30'],
    ['2: 同一单各行的退款金额不同：是每件的还是整单的？请都写整单的退款金额'],
  ],
  [
    'parts with amounts of their own',
    '退款金额,商品退款金额,子订单编号',
    ['A,…,精华,20,20,A1', 'A,…,面膜,,,A2'],
    ['paid 20000 2000'],
  ],
  [
    'parts, and on each what came back of the whole order',
    '订单已退款金额,子订单编号',
    ['A,…,精华,50,A1', 'A,…,面膜,50,A2'],
    ['paid 20000 5000'],
  ],
])('%s', async (_what, header, rows, expected) => expect(await read(header, ...rows)).toEqual(expected))
