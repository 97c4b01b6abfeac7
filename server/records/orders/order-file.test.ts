import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../core/kernel/app-error.ts'
import { openOrderFile } from './order-file.ts'
import { readOrders } from './testing/read-orders.ts'
import { type Packed, zipOf } from './testing/zip-of.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-orders-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The text of a file, or why it is refused. */
async function textOf(content: Buffer): Promise<string> {
  const path = join(folder, 'orders')
  writeFileSync(path, content)
  try {
    const file = await openOrderFile(path, content.length)
    const parts: Uint8Array[] = []
    for await (const part of file.open()) parts.push(part)
    // As often as one likes.
    let again = 0
    for await (const part of file.open()) again += part.length
    await file.close()
    const text = Buffer.concat(parts)
    expect([again, file.share()]).toEqual([text.length, 1])
    return text.toString('utf8')
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `refused: ${error.zh}`
  }
}

const SHEET = (rows: string): string =>
  `<?xml version="1.0"?><worksheet xmlns="x"><sheetData>${rows}</sheetData></worksheet>`
const xlsx = (rows: string, strings?: string): Packed[] => [
  { name: 'xl/workbook.xml', text: '<workbook/>' },
  { name: 'xl/worksheets/sheet1.xml', text: SHEET(rows) },
  ...(strings === undefined ? [] : [{ name: 'xl/sharedStrings.xml', text: `<sst xmlns="x">${strings}</sst>` }]),
]
const inline = (cell: string, text: string): string => `<c r="${cell}" t="inlineStr"><is><t>${text}</t></is></c>`

it('a CSV is its own text', async () => {
  expect(await textOf(Buffer.from('订单号,状态\nA,已付款\n'))).toBe('订单号,状态\nA,已付款\n')
})

describe('an xlsx', () => {
  it('has its shared texts, its numbers, its gaps and its empty rows', async () => {
    const strings = '<si><t>订单号</t></si><si><r><t>状</t></r><r><t>态</t></r><rPh><t>ZT</t></rPh></si>'
    const rows =
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row>' +
      `<row r="4"><c r="A4"><v>46327.5</v></c>${inline('C4', 'a, &quot;b&quot;&#10;c')}</row>`
    expect(await textOf(zipOf(xlsx(rows, strings)))).toBe('\n订单号,,状态\n\n46327.5,,"a, ""b"" c"\n')
  })

  it('without references goes on cell by cell and row by row', async () => {
    expect(await textOf(zipOf(xlsx('<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>')))).toBe(
      '1,2\n3,\n',
    )
  })

  it.each<[string, Packed[], string]>([
    [
      'half a sheet',
      [
        { name: 'xl/workbook.xml', text: '' },
        { name: 'xl/worksheets/sheet1.xml', text: '<worksheet><sheetData><row' },
      ],
      'Excel 文件坏了',
    ],
    [
      'entities of its own',
      [
        { name: 'xl/workbook.xml', text: '' },
        {
          name: 'xl/worksheets/sheet1.xml',
          text: '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData></sheetData></worksheet>',
        },
      ],
      'Excel 文件坏了',
    ],
    ['a row beyond the last', xlsx('<row r="999999999"><c><v>1</v></c></row>'), 'Excel 文件坏了'],
    ['no sheet', [{ name: 'xl/workbook.xml', text: '' }], '没有表格'],
  ])('with %s is refused', async (_what, entries, zh) => {
    expect(await textOf(zipOf(entries))).toContain(`refused: `)
    expect(await textOf(zipOf(entries))).toContain(zh)
  })
})

describe('a zip', () => {
  it('with one table is that table, also when it is an xlsx; what a Mac puts beside it is none', async () => {
    const beside = { name: '__MACOSX/._orders.csv', text: 'x' }
    expect(await textOf(zipOf([{ name: '订单/orders.csv', text: 'a,b\n' }, beside]))).toBe('a,b\n')
    const inner = zipOf(xlsx('<row><c><v>1</v></c></row>'))
    expect(await textOf(zipOf([{ name: 'orders.xlsx', bytes: inner }]))).toBe('1\n')
  })

  it.each<[string, Buffer, string]>([
    [
      'two tables',
      zipOf([
        { name: 'a.csv', text: 'a' },
        { name: 'b.csv', text: 'b' },
      ]),
      '有 2 个表格',
    ],
    ['no table', zipOf([{ name: 'a.pdf', text: 'a' }]), '没有表格'],
    ['a password', zipOf([{ name: 'a.csv', text: 'a', isLocked: true }]), '压缩包有密码'],
    ['its end cut off', zipOf([{ name: 'a.csv', text: 'a' }]).subarray(0, -30), '坏了'],
  ])('with %s is refused', async (_what, bytes, zh) => {
    expect(await textOf(bytes)).toMatch(new RegExp(`^refused: .*${zh}`))
  })
})

it('the export of CRMEB, an xlsx with a title and merged cells, says what its CSV says', async () => {
  const path = fileURLToPath(new URL('testing/exports/crmeb-orders.xlsx', import.meta.url))
  const file = await openOrderFile(path, statSync(path).size)
  const parts: Uint8Array[] = []
  for await (const part of file.open()) parts.push(part)
  await file.close()
  const { orders, faults, refused } = await readOrders(Buffer.concat(parts), '2026-11-22T09:00:00+08:00')
  expect([faults, refused]).toEqual([[], undefined])
  expect(
    orders.map(({ orderId, status, totalFen, items }) => [
      orderId,
      status,
      totalFen,
      ...items.map(({ name, quantity }) => `${name}×${quantity}`),
    ]),
  ).toEqual([
    ['cp500000000000000001', 'paid', 12_800, '测试面霜×1'],
    ['cp500000000000000002', 'created', 72_800, '测试精华×1', '测试面膜×2'],
  ])
})

it('a hundred thousand rows of an xlsx come in parts', async () => {
  const row = (n: number): string => `<row><c t="inlineStr"><is><t>订单${n}</t></is></c><c><v>${n}</v></c></row>`
  const packed = zipOf(xlsx(Array.from({ length: 100_000 }, (_, n) => row(n)).join('')))
  const path = join(folder, 'large')
  writeFileSync(path, packed)
  const file = await openOrderFile(path, packed.length)
  let rows = 0
  let largest = 0
  const shares: number[] = []
  for await (const part of file.open()) {
    for (const byte of part) if (byte === 10) rows += 1
    largest = Math.max(largest, part.length)
    shares.push(file.share())
  }
  await file.close()
  expect(rows).toBe(100_000)
  expect(largest).toBeLessThan(512 * 1024)
  // The bar moves while it is read.
  expect(shares.filter((share) => share > 0.1 && share < 0.9).length).toBeGreaterThan(5)
})
