import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { zipOf } from '../records/orders/testing/zip-of.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { signedPost } from '../testing/signed-post.ts'
import type { Screen } from './frame/command.ts'
import { importOrdersProgram } from './import-orders.ts'

const HEADER = '订单号,状态,金额,手机号,付款时间,商品编码,商品名称,数量,单价,品类\n'

describe('import:orders', () => {
  let t: TestApp
  let folder: string
  /** What the answer says, and what was told on the way. */
  let out: string[]
  let err: string[]
  beforeEach(async () => {
    t = await buildTestApp()
    folder = mkdtempSync(join(tmpdir(), 'huoshui-csv-'))
  })
  afterEach(async () => {
    await t.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const run = async (content: string | Buffer, bar: (text: string) => void = () => undefined, more: string[] = []) => {
    const file = join(folder, 'orders.csv')
    writeFileSync(file, content)
    err = []
    const outcome = await runImport([file, ...more], { note: (line) => void err.push(line), bar })
    await t.settle()
    return outcome
  }
  const runImport = async (words: string[], screen: Screen) => {
    const env = { ORDERS_SECRET: t.sandbox.credentials.ordersSecret }
    const outcome = await runCommand(importOrdersProgram, words, { ...t, env, screen })
    out = outcome.out === '' ? [] : outcome.out.split('\n')
    if (outcome.err !== '') err.push(...outcome.err.split('\n'))
    return outcome.code
  }
  const orders = () =>
    t.rawRows('SELECT order_id, status, total_fen, external_userid FROM shop_order ORDER BY order_id')

  it('takes a file in once, however often it is imported, and finds the customer by phone', async () => {
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800001111'] })
    await t.settle()
    const file = `${HEADER}A1,已付款,"1,256.00",138 0000 1111,2026-11-20 10:00:00,S1,"肉眼 ""厚切"", 两片",2,400,牛排\nA1,已付款,1256,13800001111,2026-11-20 10:00:00,S2,黑椒酱,1,56,酱料\nA2,已退款,128.5,13900002222,2026-11-01 10:00:00,,,,,\n`
    expect(await run(`\uFEFF${file.replaceAll('\n', '\r\n')}`)).toBe(0)
    expect(out.at(0)).toBe('读了 3 行：新导入 2 条订单记录，其中 1 条找到了客户；0 条以前导入过，0 处有问题。')
    const stored = [
      { order_id: 'A1', status: 'paid', total_fen: 125_600, external_userid: externalUserId },
      { order_id: 'A2', status: 'refunded', total_fen: 12_850, external_userid: null },
    ]
    expect(await orders()).toEqual(stored)
    expect(await t.rawRows('SELECT name, quantity, price_fen, category FROM shop_order_item ORDER BY line_no')).toEqual(
      [
        { name: '肉眼 "厚切", 两片', quantity: 2, price_fen: 40_000, category: '牛排' },
        { name: '黑椒酱', quantity: 1, price_fen: 5_600, category: '酱料' },
      ],
    )
    expect(await t.rawRows('SELECT paid_at FROM shop_order WHERE order_id = ?', ['A1'])).toEqual([
      { paid_at: Date.parse('2026-11-20T10:00:00+08:00') },
    ])
    expect(await run(file)).toBe(0)
    expect(out.at(-1)).toContain('新导入 0 条订单记录')
    expect(await orders()).toEqual(stored)
    expect(await t.rawRows(`SELECT COUNT(*) AS paid FROM inbound_event WHERE kind = 'order.paid'`)).toEqual([
      { paid: 1 },
    ])
  })

  it('lists bad rows by line with the reason, and takes the good ones', async () => {
    const rows = [
      'B1,已付款,10,13800001111,2026-1-2,,,,,',
      'B0,已付款,10,13800001111,,,,,,',
      'B2,发货了吗,10,13800001111,,,,,,',
      'B3,已付款,十块,13800001111,,,,,,',
      'B4,已付款,10,1.38E+10,2026-01-02,,,,,',
      'B5,已付款,10,13800001111,2026-13-01 10:00,,,,,',
      ',已付款,10,13800001111,,,,,,',
      'B6,已付款,10,13800001111,,S1,肉眼,1,5,',
      'B6,已付款,10,13800001111,,S2,西冷,零,5,',
      'B7,已付款,10,13800001111,2026/1/2,,,,,',
    ]
    expect(await run(HEADER + rows.join('\n'))).toBe(1)
    expect(err).toEqual([
      '3:1 已付款的订单没有付款时间，请补上「付款时间」',
      '4:2 状态看不懂，可写：待付款、已付款、已退款、已关闭',
      '5:3 金额看不懂，请写成 128.00',
      '7:5 付款时间看不懂，请写成 2026-11-22 10:00:00',
      '8:1 没有订单号',
      '10:8 数量要写成数字',
      '9:1 同一订单的其他行有问题，整单没有导入',
      // Whether its order is known already is found out last.
      '6:1 手机号被 Excel 变成了科学计数法，请把该列设为文本',
    ])
    expect((await orders()).map((row) => (row as { order_id: string }).order_id)).toEqual(['B1', 'B7'])
  })

  it('reads English headers, and tells which columns mean nothing to it', async () => {
    expect(
      await run('orderId,status,totalFen,unionId,paidAt,Nickname\nC1,paid,12800,union-1,2026-11-20T10:00:00Z,小雨\n'),
    ).toBe(0)
    expect(err).toEqual(['这些列用不到，已忽略：Nickname'])
    expect(await orders()).toMatchObject([{ order_id: 'C1', total_fen: 12_800 }])
  })

  it('takes 门店, 导购, 渠道 and 活动 of an order where the header has them, and says so', async () => {
    const head = '订单号,状态,金额,手机号,付款时间,来源,门店,销售导购,专属导购,订单来源,活动名称\n'
    const of = (id: string, more: string) => `${id},已付款,128,13800001111,2026-11-20 10:00:00,甲店,${more}\n`
    expect(await run(head + of('D1', '南山店,,小王,直播间,双十一') + of('D2', ',,-,,') + of('D1', ',小李,,,'))).toBe(0)
    const said =
      '「门店」是门店，「销售导购」是店员，「专属导购」是店员，「订单来源」是下单渠道，「活动名称」是店铺活动'
    expect(err[0]).toBe(`看作订单来处的列：${said}。`)
    const words = async () =>
      (
        await t.rawRows<{ order_id: string; word: string }>(
          'SELECT o.order_id, w.word FROM shop_order_origin w JOIN shop_order o ON o.id = w.shop_order_id ORDER BY w.part',
        )
      ).map(({ order_id, word }) => `${order_id} ${word}`)
    expect(await words()).toEqual(['D1 双十一', 'D1 直播间', 'D1 小王', 'D1 南山店'])
    // Empty cells take nothing away.
    expect(await run(head + of('D1', '福田店,,,,'))).toBe(0)
    expect(await words()).toEqual(['D1 双十一', 'D1 直播间', 'D1 小王', 'D1 福田店'])
  })

  it('reads what Excel saves as GBK, and tabs for commas', async () => {
    // 订单号 状态 金额 手机号 付款时间 / A1 已付款 … in GBK, by tabs
    const gbk =
      'b6a9b5a5bac509d7b4ccac09bdf0b6ee09cad6bbfabac509b8b6bfeecab1bce40a' +
      '413109d2d1b8b6bfee0931323809313338303030303131313109323032362d31312d32302031303a30300a'
    expect(await run(Buffer.from(gbk, 'hex'))).toBe(0)
    expect(await orders()).toMatchObject([{ order_id: 'A1', status: 'paid', total_fen: 12_800 }])
  })

  it('reads an xlsx, and says of one that is broken that it is', async () => {
    const rows = [
      ['订单号', '状态', '金额', '手机号', '付款时间'],
      ['X1', '已付款', '128', '13800001111', '2026-11-20 10:00:00'],
    ]
    const cells = (row: string[]) => row.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')
    const sheet = `<worksheet><sheetData>${rows.map((row) => `<row>${cells(row)}</row>`).join('')}</sheetData></worksheet>`
    const book = { name: 'xl/workbook.xml', text: '' }
    const packed = zipOf([book, { name: 'xl/worksheets/sheet1.xml', text: sheet }])
    expect(await run(packed)).toBe(0)
    expect(await run(packed)).toBe(0)
    expect(await orders()).toMatchObject([{ order_id: 'X1', status: 'paid', total_fen: 12_800 }])
    expect(await run(packed.subarray(0, 60))).toBe(1)
    expect(err[0]).toContain('坏了')
  })

  it.each([
    ['an xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '.xls'],
    ['UTF-16', Buffer.from('\ufeff订单号,状态\n', 'utf16le'), 'UTF-16'],
    ['a picture', Buffer.from('89504e470d0a1a0a00', 'hex'), '不是文本'],
  ])('calls %s by its name and says how to save it', async (_what, content, name) => {
    expect(await run(content)).toBe(1)
    expect(err[0]).toContain(name)
    expect(err[0]).toContain('CSV UTF-8')
    expect(await orders()).toEqual([])
  })

  it('a corrected file corrects', async () => {
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800003333'] })
    await t.settle()
    const file = (phone: string, total: string) =>
      `${HEADER}F1,已付款,${total},${phone},2026-11-20 10:00:00,S1,肉眼,1,,\n`
    expect(await run(file('1.38E+10', '128'))).toBe(1)
    expect(err).toEqual(['2:1 手机号被 Excel 变成了科学计数法，请把该列设为文本'])
    expect(out.join()).not.toContain('自动归到名下')
    expect(await run(file('138****3333', '128'))).toBe(0)
    expect(out.join()).toContain('其中 1 条没有写是谁买的')
    expect(out.join()).not.toContain('自动归到名下')
    expect(await run(file('13800003334', '12.8'))).toBe(0)
    expect(await run(file('13800003333', '128'))).toBe(0)
    expect(out.at(-1)).toBe(
      '读了 1 行：新导入 0 条订单记录，补上或更正 1 条，其中 1 条找到了客户；0 条以前导入过，0 处有问题。',
    )
    expect(await orders()).toEqual([
      { order_id: 'F1', status: 'paid', total_fen: 12_800, external_userid: externalUserId },
    ])
  })

  it('a masked row tells what became of a known order, and of a new one no more than the order', async () => {
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800003333'] })
    await t.settle()
    const row = (id: string, status: string, phone: string) => `${id},${status},10,${phone},2026-11-20 10:00:00,,,,,\n`
    // K2 waits for whoever has this phone; K3 is nobody's, told so by a shop.
    expect(await run(HEADER + row('K1', '已付款', '13800003333') + row('K2', '已付款', '13800004444'))).toBe(0)
    await signedPost(t, '/api/orders', { orderId: 'K3', status: 'paid', totalFen: 1_000, source: '文件导入' })
    const masked = ['K1', 'K2', 'K3', 'K4'].map((id) => row(id, '已退款', '138****0000')).join('')
    expect(await run(HEADER + masked)).toBe(0)
    expect(err).toEqual([])
    expect(await t.rawRows('SELECT phone_hash, phone_tail FROM shop_order WHERE order_id = ?', ['K4'])).toEqual([
      { phone_hash: null, phone_tail: null },
    ])
    expect(await orders()).toEqual([
      { order_id: 'K1', status: 'refunded', total_fen: 1_000, external_userid: externalUserId },
      { order_id: 'K2', status: 'refunded', total_fen: 1_000, external_userid: null },
      { order_id: 'K3', status: 'refunded', total_fen: 1_000, external_userid: null },
      { order_id: 'K4', status: 'refunded', total_fen: 1_000, external_userid: null },
    ])
    expect(await t.rawRows(`SELECT COUNT(*) AS told FROM inbound_event WHERE kind = 'order.refunded'`)).toEqual([
      { told: 1 },
    ])
  })

  it('a file with the right times corrects those that were wrong or guessed', async () => {
    const file = (paidAt: string, createdAt: string) =>
      `${HEADER.replace('\n', ',下单时间\n')}F2,已付款,10,13800003333,${paidAt},,,,,,${createdAt}\n`
    expect(await run(file('', '2026-11-19 10:00:00'))).toBe(0)
    expect(await run(file('2026-11-20 10:00:00', '2026-11-19 10:00:00'))).toBe(0)
    expect(out.at(0)).toContain('新导入 0 条订单记录，补上或更正 1 条')
    // A guess corrects nothing.
    await run(file('', '2026-11-19 10:00:00'))
    expect(out.at(-1)).toContain('1 条以前导入过')
    expect(await t.rawRows('SELECT created_at, paid_at FROM shop_order')).toEqual([
      { created_at: Date.parse('2026-11-19T10:00:00+08:00'), paid_at: Date.parse('2026-11-20T10:00:00+08:00') },
    ])
  })

  it('the two reports of 淘宝 in either order end as one: sums of the orders, goods of the other', async () => {
    const report = (name: string) =>
      readFileSync(new URL(`../records/orders/testing/exports/taobao-${name}.gbk.csv`, import.meta.url))
    const told = async () =>
      (
        await t.rawRows<{ order_id: string; status: string; total_fen: number; refunded_fen: number; name: string }>(
          `SELECT o.order_id, o.status, o.total_fen, o.refunded_fen, i.name FROM shop_order o
           JOIN shop_order_item i ON i.shop_order_id = o.id ORDER BY o.order_id, i.line_no`,
        )
      ).map((row) => [row.order_id.slice(-1), row.status, row.total_fen, row.refunded_fen, row.name])
    for (const names of [
      ['orders', 'items', 'orders', 'items'],
      ['items', 'orders'],
    ]) {
      for (const name of names) {
        expect(await run(report(name), undefined, ['--shop', '测试旗舰店'])).toBe(0)
        expect(err[0]).toContain('看出是淘宝')
      }
      expect(await told()).toEqual([
        ['1', 'paid', 12_800, 0, '测试面霜 50g'],
        ['2', 'created', 129_000, 0, '测试精华 30ml'],
        ['2', 'created', 129_000, 0, '测试面霜 50g'],
        ['3', 'refunded', 8_800, 8_800, '测试面膜'],
      ])
      for (const table of ['shop_order_item', 'shop_order_status', 'shop_order_refund', 'shop_order'])
        await t.rawRows(`DELETE FROM ${table}`)
    }
  })

  describe('of which shop', () => {
    /** The number of the order stands in the second column. */
    const file = (source: string, total = '10', ids = ['G1']) =>
      [
        '来源,订单号,状态,金额,手机号,付款时间',
        ...ids.map((id) => `${source},${id},已付款,${total},13800001111,2026-11-20 10:00:00`),
      ].join('\n')
    const shops = async () =>
      (
        await t.rawRows<{ order_id: string; source: string; total_fen: number }>(
          'SELECT order_id, source, total_fen FROM shop_order ORDER BY order_id, id',
        )
      ).map((row) => `${row.order_id} ${row.source} ${row.total_fen}`)

    it('a file that does not say takes no number that a shop has, until it is told whose they are', async () => {
      await run(file('有赞'))
      const doubt =
        '「有赞」已经有这个订单号，文件里没有写是哪家店，这一单没有导入：是「有赞」的就加 --shop "有赞" 再导入，不是就写它自己的店名'
      for (const more of [[], ['--preview']]) {
        expect(await run(file('', '12', ['G1', 'G2']), undefined, more)).toBe(1)
        expect(err).toEqual([`2:2 ${doubt}`])
      }
      expect(await shops()).toEqual(['G1 有赞 1000', 'G2 文件导入 1200'])
      expect(await run(file('', '12', ['G1', 'G2']), undefined, ['--shop', '有赞'])).toBe(0)
      expect(await shops()).toEqual(['G1 有赞 1200', 'G2 有赞 1200'])
      expect(await run(file('', '8'), undefined, ['--shop', '抖店'])).toBe(0)
      expect(await run(file(''))).toBe(1)
      expect(err).toEqual(['2:2 「有赞」和「抖店」都有这个订单号，请加上「来源」写明是哪家店'])
      expect(await shops()).toEqual(['G1 有赞 1200', 'G1 抖店 800', 'G2 有赞 1200'])
    })

    it('a file that says it takes over what one that did not had brought, and where sums differ asks first', async () => {
      await run(file('', '10', ['G1', 'G2']))
      expect(await run(file('', '10', ['G1', 'G2']))).toBe(0)
      expect(await run(file('有赞', '10', ['G1']))).toBe(0)
      expect(await run(file('有赞', '12', ['G1', 'G2', 'G3']))).toBe(1)
      expect(err).toEqual([
        '3:2 以前没写店铺的文件里已经有这个订单号，金额不一样，这一单没有导入：是同一单，先把那个文件加 --shop "有赞" 再导一次；不是同一单，这个文件也加上 --shop "有赞" 再导入',
      ])
      expect(await shops()).toEqual(['G1 有赞 1200', 'G2 文件导入 1000', 'G3 有赞 1200'])
      // The one way that is told, then the other.
      expect(await run(file('', '10', ['G2']), undefined, ['--shop', '有赞'])).toBe(0)
      expect(await run(file('有赞', '12', ['G2']))).toBe(0)
      expect(await shops()).toEqual(['G1 有赞 1200', 'G2 有赞 1200', 'G3 有赞 1200'])
      await run(file('', '10', ['G4']))
      expect(await run(file('有赞', '12', ['G4']), undefined, ['--shop', '有赞'])).toBe(0)
      expect((await shops()).slice(3)).toEqual(['G4 文件导入 1000', 'G4 有赞 1200'])
    })

    it('an order whose first row alone says it has its whole history of that shop', async () => {
      const history = `${file('有赞')}\n,G1,已退款,10,13800001111,2026-11-20 10:00:00`
      for (let round = 0; round < 2; round++) expect([await run(history), err]).toEqual([0, []])
      expect(await shops()).toEqual(['G1 有赞 1000'])
      expect(await orders()).toMatchObject([{ status: 'refunded' }])
    })
  })

  it('a preview tells what would change and which rows are faulty, and changes nothing', async () => {
    const file = `${HEADER}P1,已付款,10,13800001111,2026-1-2,,,,,\nP2,已付款,x,13800001111,2026-1-2,,,,,\n`
    expect(await run(file, undefined, ['--preview'])).toBe(1)
    expect(out[0]).toBe('只是预览，什么都没有改。导入的话是这样：')
    expect(out[1]).toContain('新导入 1 条订单记录')
    expect(err).toEqual(['3:3 金额看不懂，请写成 128.00'])
    for (const table of ['shop_order', 'shop_order_status', 'inbound_event'])
      expect([table, await t.rawRows(`SELECT COUNT(*) AS many FROM ${table}`)]).toEqual([table, [{ many: 0 }]])
    await run(file)
    await run(file, undefined, ['--preview'])
    expect(out[1]).toContain('新导入 0 条订单记录')
  })

  it('of names that nobody knows it tells what they are like, and takes them as an operator wrote them down', async () => {
    const file = '单号,订单状态,付了多少,买家电话号,付款时间\nQ1,已付款,12.5,13800001111,2026-11-20\n'
    expect(await run(file)).toBe(1)
    expect(err.slice(1)).toEqual([
      '「单号」这一列像「订单号」；「买家电话号」这一列像「手机号」。对的话，把下面几行存成一个文件，用 --columns 文件名 再导入：',
      'columns:',
      '  订单号: "单号"',
      '  手机号: "买家电话号"',
    ])
    const columns = join(folder, 'columns.yaml')
    const use = async (text: string) => {
      writeFileSync(columns, text)
      return run(file, undefined, ['--columns', columns])
    }
    expect(await use('columns:\n  订单好: 单号\n')).toBe(1)
    expect(err[0]).toBe('2:3 没有「订单好」这个列名。是不是「订单号」。')
    expect(await use('columns:\n  - 单号\n')).toBe(1)
    expect(await use('columns: {\n')).toBe(1)
    expect(err[0]).toContain('这里不是 YAML')
    expect(await use('columns:\n  订单号: 单号\n  金额: 实付\n  手机号: 买家手机\n')).toBe(1)
    expect(err).toEqual(['3:3 文件里没有「实付」这一列', '4:3 文件里没有「买家手机」这一列'])
    expect(await use('shop: 老店\ncolumns:\n  订单号: 单号\n  金额: 付了多少\n  手机号: 买家电话号\n')).toBe(0)
    expect(await t.rawRows('SELECT order_id, total_fen, source FROM shop_order')).toEqual([
      { order_id: 'Q1', total_fen: 1_250, source: '老店' },
    ])
  })

  it('refuses a header without what an order needs', async () => {
    expect(await run('订单号,商品名称\nA1,肉眼\n')).toBe(1)
    expect(err[0]).toBe(
      '表头不能用：缺少「状态」列；缺少「金额」列（元）或「金额(分)」列；缺少「手机号」「unionId」「客户ID」中的任意一列。',
    )
  })

  it('names the line of a quote that has no end', async () => {
    expect(await run(`${HEADER}D1,已付款,10,13800001111,,S1,"肉眼,1,5,\nD2,已付款,10,13800001111,,,,,,\n`)).toBe(1)
    expect(err[0]).toBe('第 2 行有一个引号没有结束，请检查这一行。')
  })

  it('shows a bar on a terminal', async () => {
    const bars: string[] = []
    const rows = Array.from(
      { length: 450 },
      (_, index) => `E${index},已付款,10,138${10_000_000 + index},2026-11-20 10:00:00,,,,,`,
    )
    expect(await run(HEADER + rows.join('\n'), (text) => bars.push(text))).toBe(0)
    expect(bars.some((text) => text.includes('100%'))).toBe(true)
    expect(bars.at(-1)).toBe('')
    expect(await t.rawRows('SELECT COUNT(*) AS many FROM shop_order')).toEqual([{ many: 450 }])
  })

  it('says what is wrong with the command', async () => {
    err = []
    const screen = { note: () => undefined, bar: undefined }
    expect(await runImport([], screen)).toBe(2)
    expect(await runImport(['a.csv', 'b.csv'], screen)).toBe(2)
    expect(await runImport([join(folder, 'missing.csv')], screen)).toBe(1)
    expect(err[0]).toBe('后面要写 <文件>。')
    expect(err[2]).toBe('多了「b.csv」。名称里有空格时用引号括起来。')
    expect(err.at(-1)).toContain('找不到文件')
    expect(await runImport([folder], screen)).toBe(1)
    expect(err.at(-1)).toContain('不是文件，请写里面那个订单文件的路径')
  })

  it('--json gives the counts and each line that was left out', async () => {
    const file = join(folder, 'orders.csv')
    writeFileSync(file, `${HEADER}B0,已付款,10,13800001111,,,,,,\nB1,已付款,10,13800001111,2026-1-2,,,,,\n`)
    expect(await runImport([file, '--json'], { note: () => undefined, bar: undefined })).toBe(1)
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      rows: 2,
      stored: 1,
      faults: 1,
      faultyLines: [{ line: 2, message: expect.stringContaining('付款时间') }],
    })
  })
})
