import { describe, expect, it } from 'vitest'
import { AppError } from '../../core/kernel/app-error.ts'
import { assembleOrder } from './assemble-order.ts'
import { type ImportCounts, type ImportDeps, importOrders } from './import-orders.ts'
import type { Sheet } from './read-row.ts'
import { oneByOne } from './testing/one-by-one.ts'
import { readOrders } from './testing/read-orders.ts'

const PHONE = '13800001111'
const PAID = '2026-11-20 10:00:00'
const HEADER = '订单号,状态,金额,手机号,付款时间,商品名称,数量'

/** Standing, worth and what came back, in fen; or the faults. */
async function read(header: string, ...rows: string[]): Promise<string[]> {
  const { orders, faults } = await readOrders([header, ...rows].join('\n'))
  return [...orders.map((one) => `${one.status} ${one.totalFen} ${one.refundedFen ?? 0}`), ...faults]
}
const row = (status: string, yuan: string | number, more = ',') => `A,${status},${yuan},${PHONE},${PAID},精华${more}`

describe('rows of one order', () => {
  it.each<[string, string, string[], string[]]>([
    [
      'another status and sum, with its number, is its history',
      HEADER,
      [row('待付款', 9), row('已付款', 8)],
      ['created 900 0', 'paid 800 0'],
    ],
    [
      'another status without a sum of its own is no order',
      HEADER,
      [row('已付款', 1), `,已退款,,,${PAID},精华,`],
      ['2: 没有金额，请写成 128.00'],
    ],
    ['no status', HEADER, [row('', 9)], ['2: 没有订单状态']],
    ['no sum', HEADER, [row('已付款', '')], ['2: 没有金额，请写成 128.00']],
    ['placed, what is to be paid', `${HEADER},应收订单金额`, [row('待付款', 0, ',1,128')], ['created 12800 0']],
    ['placed, what is written as paid', `${HEADER},应收订单金额`, [row('待付款', 9, ',1,128')], ['created 900 0']],
    ['placed, for nothing', `${HEADER},应收订单金额`, [row('待付款', 0, ',1,')], ['created 0 0']],
    [
      'paid with nothing, whatever was to be paid',
      `${HEADER},应收订单金额`,
      [row('已付款', 0, ',1,128')],
      ['paid 0 0'],
    ],
    ['placed, with a word of refunds', `${HEADER},退款金额`, [row('待付款', 100, ',1,20')], ['created 10000 0']],
    ['all came back', `${HEADER},退款金额`, [row('已付款', 100, ',1,100')], ['refunded 10000 0']],
    ['all but a fen came back', `${HEADER},退款金额`, [row('已付款', 100, ',1,99.99')], ['paid 10000 9999']],
    ['closed after it was paid', HEADER, [row('已关闭', 100)], ['refunded 10000 0']],
    [
      'closed, of which nothing was paid',
      `${HEADER},下单时间`,
      [`A,已关闭,100,${PHONE},,精华,1,${PAID}`],
      ['closed 10000 0'],
    ],
    [
      'closed, and what was paid came back',
      `${HEADER},下单时间,退款金额`,
      [`A,已关闭,100,${PHONE},,精华,1,${PAID},100`],
      ['refunded 10000 0'],
    ],
    [
      'closed, and a part came back',
      `${HEADER},下单时间,退款金额`,
      [`A,已关闭,100,${PHONE},,精华,1,${PAID},30`],
      ['paid 10000 3000'],
    ],
    [
      'all is back says a row without a number, of a part of its history',
      `${HEADER},售后状态`,
      [row('已付款', 100, ',1,-'), `,已退款,100,,${PAID},精华,1,退款成功`],
      ['2: 同一单有的行退款成功、有的没有，请补上「退款金额」写明退了多少'],
    ],
    [
      'of two columns of refunds the one that says something',
      `${HEADER},订单已退款金额,退款金额`,
      [row('已付款', 100, ',1,0,20')],
      ['paid 10000 2000'],
    ],
    [
      'words for refunds say that there are none',
      `${HEADER},退款金额`,
      [row('已付款', 100, ',1,无退款申请')],
      ['paid 10000 0'],
    ],
  ])('%s', async (_what, header, rows, expected) => expect(await read(header, ...rows)).toEqual(expected))

  const PARTS = `${HEADER},子订单编号,应收订单金额`
  const part = (status: string, yuan: string | number, due = '') => row(status, yuan, `,1,S${status}${yuan},${due}`)
  it.each<[string, string[], string[]]>([
    ['of which some are not paid yet are worth what is', [part('已付款', 100), part('待付款', 50)], ['paid 10000 0']],
    ['of which some were closed are worth what is paid', [part('已付款', 100), part('已关闭', 0)], ['paid 10000 0']],
    ['of which some came back stand with the rest', [part('已付款', 100), part('已退款', 50)], ['paid 15000 5000']],
    ['that all came back came back', [part('已退款', 100), part('已退款', 50)], ['refunded 15000 0']],
    [
      'that nobody paid yet are worth all that was asked for',
      [part('待付款', 0, '30'), part('待付款', 20, '70')],
      ['created 5000 0'],
    ],
    ['of which one is a present', [part('待付款', 0), part('待付款', 20)], ['created 2000 0']],
    ['without a status', [part('已付款', 100), part('', 50)], ['2: 没有订单状态']],
    ['without a sum', [part('已付款', 100), part('已付款', '')], ['2: 没有金额，请写成 128.00']],
  ])('parts %s', async (_what, rows, expected) => expect(await read(PARTS, ...rows)).toEqual(expected))

  it('parts that were closed before anybody paid are closed, and worth all of them', async () => {
    const rows = ['S1', 'S2'].map((own) => `A,已关闭,50,${PHONE},,精华,1,${own},${PAID}`)
    expect(await read(`${HEADER},子订单编号,下单时间`, ...rows)).toEqual(['closed 10000 0'])
  })

  it('what they tell of its end is of its last row', async () => {
    const header = `${HEADER},退款时间`
    const rows = [
      row('已退款', 9, ',1,2026-11-21 10:00:00'),
      row('已退款', 9, ',1,2026-11-21 11:00:00'),
      row('已退款', 9, ',1,'),
    ]
    const { orders } = await readOrders([header, ...rows].join('\n'))
    expect(orders.map(({ atMs }) => atMs)).toEqual([Date.parse('2026-11-21T11:00:00+08:00')])
  })

  it('are not more than any order has', async () => {
    const goods = Array.from({ length: 5_000 }, () => ',,,,,膜,1')
    expect(await read(HEADER, row('已付款', 1), ...goods.slice(1))).toEqual(['paid 100 0'])
    expect(await read(HEADER, row('已付款', 1), ...goods)).toEqual(['2: 同一个订单号有 5001 行，请检查订单号'])
  })

  it('a fault of ours is none of theirs', () => {
    const broken = { named: 0, widest: 0, nowMs: 0 } as Sheet
    expect(() => [...assembleOrder([{ line: 2, fields: [] }], broken)]).toThrow(TypeError)
  })
})

describe('a row', () => {
  const NAMED = `${HEADER},客户ID,来源`
  const with_ = (more: { id?: string; orderId?: string; time?: string; source?: string; name?: string }) =>
    `${more.orderId ?? 'A'},已付款,9,${PHONE},${more.time ?? PAID},${more.name ?? '精华'},1,${more.id ?? ''},${more.source ?? ''}`
  it.each<[string, Parameters<typeof with_>[0], string[]]>([
    ['an id of 64', { id: 'x'.repeat(64) }, []],
    ['an id of 65', { id: 'x'.repeat(65) }, ['2: 有一格超过 64 个字，多半错了列']],
    ['a number of 101', { orderId: '9'.repeat(101) }, ['2: 有一格超过 100 个字，多半错了列']],
    ['a number that Excel spoilt', { orderId: '6.9E+18' }, ['2: 订单号被 Excel 变成了科学计数法，请把该列设为文本']],
    ['a number with an E', { orderId: 'E20261101' }, []],
    ['a time that is none', { time: '昨天' }, ['2: 付款时间看不懂，请写成 2026-11-22 10:00:00']],
    ['a time within a day to come', { time: '2026-11-23 09:00:00' }, []],
    ['a time a second later', { time: '2026-11-23 09:00:01' }, ['2: 付款时间在将来，请检查年份']],
    ['a time when the century began', { time: '2000-01-01 08:00:00' }, []],
    ['a time a second earlier', { time: '2000-01-01 07:59:59' }, ['2: 付款时间早于 2000 年，请检查年份']],
  ])('with %s', async (_what, more, faults) => {
    const read = await readOrders([NAMED, with_(more)].join('\n'))
    expect([read.faults, read.orders.length]).toEqual([faults, faults.length === 0 ? 1 : 0])
  })

  it('has its shop, where that is told, and counts what is no goods', async () => {
    const rows = [with_({ source: '有赞' }), with_({ orderId: 'B' }), with_({ orderId: 'C', name: '' })]
    const { orders } = await readOrders([NAMED, ...rows, `D,已付款,9,${PHONE},${PAID},满减,-1,,`].join('\n'))
    expect(orders.map(({ source, itemsLeftOut, items }) => [source, itemsLeftOut, items.length])).toEqual([
      ['有赞', 0, 1],
      [undefined, 0, 1],
      [undefined, 0, 0],
      [undefined, 1, 0],
    ])
  })

  it.each([
    ['状态看不懂，可写：待付款、已付款、已退款、已关闭', HEADER, row('发货了吗', 9)],
    ['数量要写成数字', HEADER, row('已付款', 9, ',多')],
    ['金额(分)要写成整数', HEADER.replace('金额', '金额(分)'), row('已付款', '9.5')],
    ['金额看不懂，请写成 128.00', HEADER, row('已付款', '十块')],
    [
      '同一单各行的金额不同：是每件的金额还是整单的？请都写整单的金额',
      HEADER,
      `${row('已付款', 9)}\n,,5,${PHONE},${PAID},膜,2`,
    ],
  ])('is refused: %s', async (fault, header, text) => expect(await read(header, text)).toEqual([`2: ${fault}`]))

  it('is what it was without its name: no goods, no phone, no number', async () => {
    expect(await read(HEADER, `A,已付款,9,${PHONE},${PAID},,x`)).toEqual(['paid 900 0'])
  })
})

describe('a file', () => {
  async function take(text: string, record: ImportDeps['orders']['record']) {
    const [seen, ignored, faults]: [ImportCounts[], string[][], string[]] = [[], [], []]
    async function* open(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text)
    }
    const transactions: number[] = []
    const counts = await importOrders(open, {
      db: {
        tx: async (work) => {
          transactions.push(0)
          return work({ savepoint: (part: () => unknown) => part() } as never)
        },
      },
      clock: { now: () => Date.parse('2026-11-22T09:00:00+08:00') },
      orders: {
        recordSet: oneByOne,
        record: (tx, order) => {
          transactions[transactions.length - 1] = (transactions.at(-1) ?? 0) + 1
          return record(tx, order)
        },
      },
      onFault: ({ line, message }) => faults.push(`${line}: ${message}`),
      onProgress: (now) => seen.push({ ...now }),
      onIgnored: (columns) => ignored.push(columns),
    })
    return { counts, seen, ignored, faults, transactions }
  }
  const line = (id: string | number) => `${id},已付款,1,${PHONE},${PAID},,`

  it('is counted: what was stored, corrected, known, whose it is, what is wrong', async () => {
    const results = ['stored', 'stored', 'corrected', 'unchanged'] as const
    let n = 0
    const { counts, ignored, faults, transactions } = await take(
      [
        `${HEADER},备注`,
        ...['A', 'B', 'C', 'D'].map((id) => `${line(id)},x`),
        'E,已付款,x,,,,,',
        `F,已付款,1,${PHONE},${PAID},满减,-1,`,
      ].join('\n'),
      async (_tx, { orderId }) => {
        if (orderId === 'F') throw new AppError('orders.two-shops', 'two', { status: 409, zh: '两家店' })
        return { result: results[n++] ?? 'stored', matched: n !== 2, nobody: n === 2 ? '没有' : undefined }
      },
    )
    expect(counts).toEqual({
      rows: 6,
      stored: 2,
      corrected: 1,
      unchanged: 1,
      matched: 2,
      itemsLeftOut: 1,
      nobody: 1,
      faults: 2,
    })
    expect([ignored, faults, transactions]).toEqual([[['备注']], ['6: 金额看不懂，请写成 128.00', '7: 两家店'], [5]])
  })

  it('without columns that mean nothing ignores none, and without orders asks for nothing', async () => {
    const { counts, seen, ignored, transactions } = await take(HEADER, async () => ({
      result: 'stored',
      matched: true,
      nobody: undefined,
    }))
    expect([counts.rows, ignored, transactions, seen.length]).toEqual([0, [], [], 1])
  })

  it('is taken in by the hundred, and says how far it is', async () => {
    const { transactions, seen } = await take(
      [HEADER, ...Array.from({ length: 201 }, (_, n) => line(n))].join('\n'),
      async () => ({ result: 'stored', matched: true, nobody: undefined }),
    )
    // The second is as large as the first was quick.
    expect(transactions[0]).toBe(100)
    expect(seen.at(0)?.stored).toBe(100)
    expect(seen.at(-1)?.stored).toBe(201)
  })

  it.each([
    ['a fault of ours', new Error('disk')],
    ['what no row is to blame for', new AppError('db.gone', 'gone')],
  ])(
    'goes no further at %s',
    async (_what, error) =>
      await expect(take([HEADER, line(1)].join('\n'), () => Promise.reject(error))).rejects.toBe(error),
  )

  it('a new order under a spoilt phone is a fault; of one that is somebody’s it tells what became of it', async () => {
    const nobody = `A,已付款,1,1.38E+10,${PAID},,`
    const why = '手机号被 Excel 变成了科学计数法，请把该列设为文本'
    const recorded = (left: string | undefined) => async () => ({
      result: 'stored' as const,
      matched: false,
      nobody: left,
    })
    expect((await take([HEADER, nobody].join('\n'), recorded(why))).faults).toEqual([`2: ${why}`])
    expect((await take([HEADER, nobody].join('\n'), recorded(undefined))).counts).toMatchObject({
      stored: 1,
      faults: 0,
    })
    // What nobody ever wrote is no slip.
    for (const phone of ['', '199****0001', '$$密文甲']) {
      const { faults, counts } = await take([HEADER, `A,已付款,1,${phone},${PAID},,`].join('\n'), recorded(why))
      expect([faults, counts.stored, counts.nobody]).toEqual([[], 1, 1])
    }
  })

  it('that is empty says so', async () => expect((await readOrders('')).refused).toBe('表头不能用：文件是空的。'))

  it('a row without a number between rows of one order, of goods only, belongs to it', async () => {
    const text = [HEADER, line('A'), ',,,,,膜,2', line('A'), line('B'), line('A')].join('\n')
    const { orders } = await readOrders(text)
    expect(orders.map(({ orderId, items }) => [orderId, items.length])).toEqual([
      ['B', 0],
      ['A', 1],
    ])
  })

  it('an order whose rows stand together is taken before those that do not', async () => {
    const text = [HEADER, line('A'), line('B'), line('B'), line('A'), line('C')].join('\n')
    expect((await readOrders(text)).orders.map(({ orderId }) => orderId)).toEqual(['B', 'C', 'A'])
  })
})
