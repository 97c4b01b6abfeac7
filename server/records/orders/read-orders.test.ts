import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createSeededRandom } from '../../../sandbox/random.ts'
import { whyNobody } from '../customers/given-customer.ts'
import { readOrders } from './testing/read-orders.ts'

const HEADER = '订单号,状态,金额,手机号,付款时间,商品名称,数量'
const PAID = '2026-11-20 10:00:00'
const PHONE = '13800001111'
const WHOLE = '2: 同一订单的其他行有问题，整单没有导入'

/** Order number, status, fen, then the items. */
const told = async (...lines: string[]) => {
  const { orders, faults } = await readOrders([HEADER, ...lines].join('\n'))
  return [
    ...orders.map(({ orderId, status, totalFen, items }) =>
      [orderId, status, totalFen, ...items.map(({ name, quantity }) => `${name}×${quantity}`)].join(' '),
    ),
    ...faults,
  ]
}
const at = async (text: string) =>
  (await readOrders(`${HEADER}\nA,已付款,1,${PHONE},${text},,`)).orders.map(({ paidAtMs }) =>
    new Date(paidAtMs ?? 0).toISOString(),
  )

it.each<[string, string[], string[]]>([
  [
    'merged cells leave the number on the first row',
    [`M1,已付款,728.00,${PHONE},${PAID},精华,1`, ',,,,,面膜,2', `M2,已付款,1,${PHONE},${PAID},,`],
    ['M1 paid 72800 精华×1 面膜×2', 'M2 paid 100'],
  ],
  [
    'a row without a number, of another status and another sum, is nobody’s, and takes the one above along',
    [`M1,已付款,1,${PHONE},${PAID},鸡,1`, `,已退款,2,,${PAID},鸭,1`, `M2,已付款,1,${PHONE},${PAID},,`],
    ['M2 paid 100', '2: 第 3 行没有订单号，状态和金额又和上面的订单不同，请补上订单号'],
  ],
  [
    'a row without a number, of another status and the same sum, is what became of the one above',
    [`M1,已付款,1,${PHONE},${PAID},鸡,1`, `,已退款,1,,${PAID},鸡,1`],
    ['M1 paid 100 鸡×1', 'M1 refunded 100 鸡×1'],
  ],
  [
    'a row without a number that tells of an order is none of the one above',
    [`M1,已付款,728.00,${PHONE},${PAID},精华,1`, `,已付款,5,${PHONE},${PAID},面膜,2`, ',,,,,棉签,2'],
    ['M1 paid 72800 精华×1', '3: 没有订单号', '4: 没有订单号'],
  ],
  [
    'different sums in one order are never the first of them',
    [`S1,已付款,640.00,${PHONE},${PAID},精华,1`, `S1,已付款,88.00,${PHONE},${PAID},面膜,2`],
    ['2: 同一单各行的金额不同：是每件的金额还是整单的？请都写整单的金额'],
  ],
  [
    'different people in one order are never the first of them',
    [`S1,已付款,640.00,${PHONE},${PAID},精华,1`, `S1,已付款,640.00,13900002222,${PAID},面膜,2`],
    ['2: 同一单各行的手机号或客户ID不同，请检查'],
  ],
  [
    'nor in two steps of its history',
    [`S1,待付款,640.00,138000,${PAID},精华,1`, `S1,已付款,640.00,${PHONE},${PAID},精华,1`],
    ['2: 同一单各行的手机号或客户ID不同，请检查'],
  ],
  ['a day is nobody’s number', [`S1,已付款,640.00,2026-11-20,${PAID},精华,1`], ['2: 手机号看不懂，找不到客户']],
  [
    'a comma in a name moves the row',
    [`U2,已付款,2.00,${PHONE},${PAID},牛排,2,128.00`],
    ['2: 多出 1 列，多半是商品名里有逗号，请给这一格加上英文引号'],
  ],
  [
    'empty cells behind the last column are nothing',
    [`U3,已付款,2.00,${PHONE},${PAID},牛排,2,, ,`],
    ['U3 paid 200 牛排×2'],
  ],
  [
    'a cell that is missing before the last moves the row, be the last of no use',
    [`U3,已付款,2.00,${PHONE},${PAID},牛排`],
    ['2: 少了 1 列，多半是前面某一格里换了行'],
  ],
  [
    'nothing stands below columns without a name, so what does has moved there',
    [`U3,已付款,2.00,${PHONE},${PAID},牛排,多,2,`],
    ['2: 多出 1 列，多半是商品名里有逗号，请给这一格加上英文引号'],
  ],
  [
    'a line break in a name cuts the row, and its rest is none',
    [`U4,已付款,2.00,${PHONE},${PAID},"牛排`.replace('"', ''), '厚切,2', `U5,已付款,1,${PHONE},${PAID},,`],
    ['U5 paid 100', '2: 少了 1 列，多半是前面某一格里换了行', '3: 少了 5 列，多半是前面某一格里换了行'],
  ],
  [
    'rows of one order that do not stand together are one order all the same',
    [`A,已付款,9,${PHONE},${PAID},精华,1`, `B,已付款,1,${PHONE},${PAID},,`, `A,已付款,9,${PHONE},${PAID},面膜,2`],
    ['B paid 100', 'A paid 900 精华×1 面膜×2'],
  ],
  [
    'a forgotten number between two rows of one order does not make two of it',
    [`A,已付款,9,${PHONE},${PAID},精华,1`, `,已付款,5,${PHONE},${PAID},棉签,1`, `A,已付款,9,${PHONE},${PAID},面膜,2`],
    ['A paid 900 精华×1 面膜×2', '3: 没有订单号'],
  ],
  [
    'rows with different statuses are the history of an order',
    [`A,待付款,9,${PHONE},${PAID},精华,1`, `A,已付款,9,${PHONE},${PAID},精华,1`],
    ['A created 900 精华×1', 'A paid 900 精华×1'],
  ],
  [
    'marks that keep a number text',
    [`'A,已付款,9,"=""${PHONE}""",${PAID},,`, `"\tB",已付款,9,${PHONE}\t,${PAID},,`],
    ['A paid 900', 'B paid 900'],
  ],
  ['invisible characters', [`\u200bA\ufeff,已付款\u00a0,9,\u202d${PHONE}\u202c,${PAID},,`], ['A paid 900']],
  ['a year to come', [`A,已付款,9,${PHONE},2030-01-01,,`], ['2: 付款时间在将来，请检查年份']],
  [
    'no time',
    [`A,已退款,9,${PHONE},暂无,,`, `B,已付款,9,${PHONE},-,,`],
    ['2: 没有下单时间，不知道是哪天的订单，请补上「下单时间」', '3: 已付款的订单没有付款时间，请补上「付款时间」'],
  ],
  ['two phones', [`A,已付款,9,${PHONE}/13900002222,${PAID},,`], ['2: 写了两个手机号，只能写一个']],
  ['a discount is no goods', [`A,已付款,9,${PHONE},${PAID},满减,-1`], ['A paid 900']],
  ['half a kilo', [`A,已付款,9,${PHONE},${PAID},牛腩,0.5`], ['A paid 900 牛腩 ×0.5×1']],
])('%s', async (_what, lines, expected) => expect(await told(...lines)).toEqual(expected))

it.each([
  ['2026-11-20 10:00', ['2026-11-20T02:00:00.000Z']],
  ['2026-11-20 10:00:00.0', ['2026-11-20T02:00:00.000Z']],
  ['2026/1/2 3:04:05', ['2026-01-01T19:04:05.000Z']],
  ['2026年11月20日 10时00分', ['2026-11-20T02:00:00.000Z']],
  ['2026年11月20日', ['2026-11-19T16:00:00.000Z']],
  ['46327.416666666664', ['2026-11-01T02:00:00.000Z']],
  ['2026-11-20T10:00:00+08:00', ['2026-11-20T02:00:00.000Z']],
  ['2026-02-30 10:00:00', []],
  ['昨天', []],
])('reads %s', async (text, expected) => expect(await at(text)).toEqual(expected))

const exported = (file: string) => readOrders(readFileSync(new URL(`./testing/exports/${file}`, import.meta.url)))

/** Handed-in exports of nine shops, with their encodings and their tricks; none of them names a buyer but by a phone, and
 *  most hide that. */
it.each<[string, string[]]>([
  [
    'taobao-orders.gbk.csv',
    [
      '2900000000000000001 paid 12800 0 - 测试面霜 50g',
      '2900000000000000002 created 129000 0 - 测试精华 30ml，测试面霜 50g',
      '2900000000000000003 refunded 8800 0 - 测试面膜',
    ],
  ],
  [
    'taobao-items.gbk.csv',
    [
      '2900000000000000002 created 128000 0 - 测试精华 30ml、测试面霜 50g',
      '2900000000000000003 refunded 8800 0 - 测试面膜',
    ],
  ],
  [
    'doudian-orders.utf8bom.csv',
    ['6900000000000000001 paid 12800 0 - 测试面霜', '6900000000000000002 paid 72800 8800 - 测试精华、测试面膜'],
  ],
  [
    'jd-orders.gbk.csv',
    ['300000000001 paid 12800 0 - 测试面霜 50g', '300000000002 paid 72000 0 - 测试面霜 50g、测试精华 30ml'],
  ],
  [
    'pdd-orders.utf8bom.csv',
    [
      '261101-000000000000001 paid 12800 0 - 测试面霜',
      '261102-000000000000002 refunded 64000 0 - 测试精华',
      '261103-000000000000003 refunded 8800 0 - 测试面膜',
    ],
  ],
  [
    'wechat-shop-orders.utf8bom.csv',
    ['3700000000000000001 paid 12800 0 - 测试面霜', '3700000000000000002 paid 72800 8800 - 测试精华、测试面膜'],
  ],
  [
    'weimob-orders.INVENTED-HEADER.csv',
    ['1000000000000000001 paid 12800 0 19900000001 测试面霜', '1000000000000000002 paid 128000 0 - 测试精华、测试面膜'],
  ],
  [
    'youzan-orders.utf8bom.csv',
    [
      'E20261101100000000000001 paid 12800 0 19900000001 测试面霜 50g(1件)',
      'E20261102110000000000002 paid 120000 8000 - 测试精华 30ml(1件),测试面霜 50g(1件)',
      'E20261103120000000000003 closed 0 0 - 测试面膜(1件)',
    ],
  ],
  [
    'crmeb-orders.utf8.csv',
    [
      'cp500000000000000001 paid 12800 0 19900000001 测试面霜',
      'cp500000000000000002 created 72800 0 19900000002 测试精华、测试面膜',
    ],
  ],
])('reads %s', async (file, orders) => {
  const read = await exported(file)
  expect(
    read.orders.map(({ orderId, status, totalFen, refundedFen, customer, items }) => {
      const phone = whyNobody(customer) === undefined ? customer.phone : '-'
      return [orderId, status, totalFen, refundedFen ?? 0, phone, items.map(({ name }) => name).join('、')].join(' ')
    }),
  ).toEqual(orders)
  expect([read.faults, read.refused]).toEqual([[], undefined])
})

it('an order of 拼多多 without a time is of the day in its number', async () => {
  const { orders } = await exported('pdd-orders.utf8bom.csv')
  expect(orders.map(({ atMs, supposedAtMs }) => [atMs, new Date(supposedAtMs ?? 0).toISOString()]).at(-1)).toEqual([
    undefined,
    '2026-11-02T16:00:00.000Z',
  ])
})

it('a table that somebody made must name its buyers, and says so', async () => {
  expect((await readOrders(`订单号,状态,金额,付款时间\nA,已付款,1,${PAID}`)).refused).toBe(
    '表头不能用：缺少「手机号」「unionId」「客户ID」中的任意一列。',
  )
})

it('a step of an order’s history that names nobody is its buyer’s', async () => {
  const rows = [`S1,待付款,640.00,,${PAID},精华,1`, `S1,已付款,640.00,${PHONE},${PAID},精华,1`]
  const { orders, faults } = await readOrders([HEADER, ...rows].join('\n'))
  expect(faults).toEqual([])
  expect(orders.map(({ status, customer }) => [status, customer.phone])).toEqual([
    ['created', PHONE],
    ['paid', PHONE],
  ])
})

it('a sum below zero is refused; a line below zero, as shops write a discount, is no goods and no fault', async () => {
  const { orders, faults } = await readOrders(
    [
      '订单号,状态,金额,手机号,付款时间,商品名称,数量,单价',
      `A,已付款,-1.00,${PHONE},${PAID},牛排,1,1.00`,
      `B,已付款,9.00,${PHONE},${PAID},牛排,1,10.00`,
      'B,,,,,满减,1,-1.00',
    ].join('\n'),
  )
  expect(faults).toEqual(['2: 金额看不懂，请写成 128.00'])
  expect(orders.map(({ orderId, items }) => [orderId, ...items.map(({ priceFen }) => priceFen)])).toEqual([
    ['B', 1_000],
  ])
})

it('calls an xlsx by its name', async () => {
  expect((await exported('crmeb-orders.xlsx')).refused).toContain('.xlsx')
})

it.each<[string, string, string[]]>([
  // Its quantity stands where refunds do.
  ['a cell too many', ',多,5,,,,,', ['3: 多出 1 列，多半是商品名里有逗号，请给这一格加上英文引号', WHOLE]],
  ['none', ',5,,,,,', ['A 0']],
])('%s is seen by what other rows have, though the last cells are empty', async (_what, more, expected) => {
  const rows = ['金额(分),数量,退款金额,手机号,付款时间,状态,订单号', `100,1,,${PHONE},${PAID},已付款,A`, more]
  const told = async (ending: string) => {
    const { orders, faults } = await readOrders(rows.map((row) => `${row}${ending}`).join('\n'))
    return [...orders.map(({ orderId, refundedFen = 0 }) => `${orderId} ${refundedFen}`), ...faults]
  }
  expect(await told('')).toEqual(expected)
  // Empty cells that all rows have are Excel's.
  expect(await told(',,')).toEqual(expected)
  const [header, ...below] = rows
  expect((await readOrders([header, ...below.map((row) => `${row},`)].join('\n'))).faults).toEqual(
    expected[0] === 'A 0' ? [] : expected,
  )
})

it('the header says what separates cells, whatever is in the rows below', async () => {
  const name = '牛;'.repeat(20)
  const { orders } = await readOrders(`${HEADER}\nT1,已付款,1,${PHONE},${PAID},${name},1`)
  expect(orders.map(({ orderId, items }) => [orderId, items[0]?.name])).toEqual([['T1', name]])
})

it('however rows are cut, moved and merged, no order comes in by halves and no sum is another’s', async () => {
  const random = createSeededRandom(11)
  const pick = (most: number): number => Math.floor(random.next() * most)
  for (let round = 0; round < 300; round++) {
    const truth = new Map<string, { fen: number; names: string[] }>()
    const rows: string[][] = []
    for (let n = 0; n < 4; n++) {
      const names = Array.from({ length: 1 + pick(3) }, (_, at) => `物${n}${at}`)
      const fen = 100 * (1 + pick(900))
      truth.set(`N${n}`, { fen, names })
      const isMerged = pick(2) === 0
      for (const [at, name] of names.entries()) {
        const isBare = isMerged && at > 0
        rows.push(
          isBare ? ['', '', '', '', '', name, '1'] : [`N${n}`, '已付款', `${fen / 100}`, PHONE, PAID, name, '1'],
        )
      }
    }
    // Behind the number: which order a row is of, only its number says.
    const row = rows[pick(rows.length)] ?? []
    const cell = 1 + pick(row.length - 1)
    const kind = pick(5)
    if (kind === 0) row.splice(cell, 1)
    if (kind === 1) row.splice(cell, 0, '多')
    if (kind === 2) row[cell] = '看不懂'
    if (kind === 3) row.splice(cell)
    // A line of which nothing is left is no line.
    if (row.every((one) => one === '')) continue
    const { orders } = await readOrders([HEADER, ...rows.map((cells) => cells.join(','))].join('\n'))
    for (const { orderId, totalFen, items } of orders) {
      const whole = truth.get(orderId)
      const names = items.map((item) => item.name)
      // A changed name is a name.
      if (!names.includes('看不懂')) expect([round, totalFen, names]).toEqual([round, whole?.fen, whole?.names])
    }
  }
})
