import { describe, expect, it } from 'vitest'
import { csvForm } from './csv-form.ts'
import { csvRecords } from './csv-records.ts'

async function* parts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const utf8 = { encoding: 'utf-8', separator: ',' } as const
async function read(text: string | Uint8Array, form: Parameters<typeof csvRecords>[1] = utf8): Promise<string[]> {
  const found: string[] = []
  for await (const { line, fields } of csvRecords(parts(Buffer.from(text as string), 3), form)) {
    found.push(`${line}: ${fields.join('|')}`)
  }
  return found
}

describe('records', () => {
  it.each<[string, string, string[]]>([
    ['lines', 'a,b\nc,d\n', ['1: a|b', '2: c|d']],
    ['lines of Windows, the last without an end', 'a,b\r\nc,d', ['1: a|b', '2: c|d']],
    ['empty cells', ',a,\n', ['1: |a|']],
    ['no empty lines, nor such of blanks', 'a\n\n , \nb\n', ['1: a', '4: b']],
    ['what is in quotes: separators, ends of lines, quotes', '"a,""b""\nc",d\ne', ['1: a,"b"\nc|d', '3: e']],
    ['an empty cell in quotes', '"",a', ['1: |a']],
    ['a quote within a cell as a letter', 'a"b",c', ['1: a"b"|c']],
    ['what stands behind a quoted cell', '"a"b,c', ['1: ab|c']],
    ['nothing of nothing', '', []],
  ])('gives %s', async (_what, text, records) => expect(await read(text)).toEqual(records))

  it.each([
    ['\t', 'a\tb,c'],
    [';', 'a;b,c'],
  ] as const)('separates at %j alone', async (separator, text) =>
    expect(await read(text, { encoding: 'utf-8', separator })).toEqual(['1: a|b,c']),
  )

  it('takes no BOM for a letter', async () => expect(await read('\ufeffa,b')).toEqual(['1: a|b']))

  it('says where a quote was opened that has no end, and where a record grows too long', async () => {
    await expect(read('a\n"b\nc')).rejects.toMatchObject({
      code: 'orders.bad-csv',
      message: expect.stringMatching(/line 2/),
    })
    const most = 'x'.repeat(64 * 1024 - 1)
    expect(await read(`a\n${most}\nb`)).toHaveLength(3)
    await expect(read(`a\n${most}x\nb`)).rejects.toMatchObject({
      message: expect.stringMatching(/too long, from line 2/),
    })
  })

  it('is no text when it ends within a letter, and a disk that fails is no text of another kind', async () => {
    await expect(read(Uint8Array.of(0x61, 0xe8))).rejects.toMatchObject({ code: 'orders.not-text' })
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\n')
      throw new Error('disk')
    }
    const all = async () => {
      for await (const _record of csvRecords(failing(), utf8));
    }
    await expect(all()).rejects.toThrow('disk')
  })

  it('is no text in another encoding', async () =>
    await expect(read(Uint8Array.of(0xb6, 0xa9))).rejects.toMatchObject({ code: 'orders.not-text' }))
})

describe('how a file is written', () => {
  const gbk = Buffer.concat([Buffer.from([0xb6, 0xa9, 0xb5, 0xa5]), Buffer.from('\tb\n')])
  it.each<[string, Uint8Array, string, string]>([
    ['UTF-8 with commas', Buffer.from('订单,b\n'), 'utf-8', ','],
    ['UTF-8 with semicolons', Buffer.from('a;b;c,d\n'), 'utf-8', ';'],
    ['UTF-8 that is cut at its end', Buffer.from('订').subarray(0, 2), 'gb18030', ','],
    ['GBK with tabs', gbk, 'gb18030', '\t'],
    ['GBK far behind its head', Buffer.concat([Buffer.from(`a,${'x'.repeat(20_000)}\n`), gbk]), 'gb18030', ','],
    ['separators in quotes do not count', Buffer.from('"a,b,c";d\n'), 'utf-8', ';'],
    ['nor do those of other lines', Buffer.from('a;b\r\n1,2,3\n'), 'utf-8', ';'],
    ['one line without an end', Buffer.from('a;b;c'), 'utf-8', ';'],
    ['one line without an end, to its last letter', Buffer.from('a,b;c;'), 'utf-8', ';'],
    ['no separator at all', Buffer.from('a\nb,c'), 'utf-8', ','],
  ])('%s', async (_what, bytes, encoding, separator) =>
    expect(await csvForm(parts(bytes, 7))).toEqual({ encoding, separator }),
  )

  it.each<[string, number[], string]>([
    ['an xlsx', [0x50, 0x4b, 0x03, 0x04, 1], '.xlsx'],
    ['an xls', [0xd0, 0xcf, 0x11, 0xe0, 1], '.xls'],
    ['UTF-16, the small end first', [0xff, 0xfe, 0x41, 0x42], 'UTF-16'],
    ['UTF-16, the large end first', [0xfe, 0xff, 0x41, 0x42], 'UTF-16'],
    ['no text', [0x41, 0x00, 0x42], '不是文本'],
  ])(
    'refuses %s by its name',
    async (_what, bytes, zh) =>
      await expect(csvForm(parts(Uint8Array.from(bytes), 2))).rejects.toMatchObject({
        code: 'orders.not-text',
        zh: expect.stringContaining(zh),
      }),
  )

  it('takes for what it is not what only begins alike', async () =>
    expect(await csvForm(parts(Uint8Array.of(0x50, 0x4b, 0x2c), 2))).toEqual({ encoding: 'utf-8', separator: ',' }))
})
