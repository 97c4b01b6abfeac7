import { SaxesParser } from 'saxes'
import { AppError } from '../../core/kernel/app-error.ts'

const refused = (what: string, zh: string): AppError => new AppError('orders.not-text', what, { status: 400, zh })
const broken = (): AppError => refused('a broken xlsx', 'Excel 文件坏了：用 Excel 打开后另存一次，再导入。')
/** Texts that rows share; what is more does not fit into memory. */
const MOST_SHARED_CHARS = 200_000_000
/** Excel itself has no more columns. */
const MOST_COLUMNS = 16_384
const MOST_ROWS = 1_048_576

/** What the parser meets, and what has been gathered of it until now. */
async function* parsed<Found>(
  bytes: AsyncIterable<Uint8Array>,
  prepare: (parser: SaxesParser, found: Found[]) => void,
): AsyncGenerator<Found> {
  const parser = new SaxesParser()
  const found: Found[] = []
  let fault: unknown
  parser.on('error', (error) => {
    fault ??= error
  })
  // Nobody who writes a table declares anything; who does means no good.
  parser.on('doctype', () => {
    fault ??= broken()
  })
  prepare(parser, found)
  const decoder = new TextDecoder('utf-8')
  try {
    for await (const part of bytes) {
      parser.write(decoder.decode(part, { stream: true }))
      if (fault !== undefined) throw broken()
      yield* found.splice(0)
    }
    parser.write(decoder.decode()).close()
  } catch (error) {
    throw error instanceof AppError ? error : broken()
  }
  if (fault !== undefined) throw broken()
  yield* found.splice(0)
}

const nameOf = (tag: string): string => tag.slice(tag.indexOf(':') + 1)

/** Each text is what its runs say together; how it is spoken is none of it. */
async function sharedTexts(bytes: AsyncIterable<Uint8Array>): Promise<string[]> {
  const texts: string[] = []
  let chars = 0
  const all = parsed<string>(bytes, (parser, found) => {
    let text = ''
    let isText = false
    let isSpoken = false
    parser.on('opentag', ({ name }) => {
      if (nameOf(name) === 'si') text = ''
      if (nameOf(name) === 'rPh') isSpoken = true
      isText = nameOf(name) === 't' && !isSpoken
    })
    parser.on('text', (part) => {
      if (isText) text += part
    })
    parser.on('closetag', ({ name }) => {
      isText = false
      if (nameOf(name) === 'rPh') isSpoken = false
      if (nameOf(name) === 'si') found.push(text)
    })
  })
  for await (const text of all) {
    chars += text.length
    if (chars > MOST_SHARED_CHARS)
      throw refused('an xlsx with very many texts', 'Excel 文件太大：另存为「CSV UTF-8（逗号分隔）」再导入。')
    texts.push(text)
  }
  return texts
}

interface Row {
  /** In the file, from 1. */
  number: number
  cells: string[]
}

/** `AB12` to 27; undefined: it stands behind the one before. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})\d+$/.exec(reference ?? '')?.[1]
  if (letters === undefined) return undefined
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

const rowsOf = (bytes: AsyncIterable<Uint8Array>, shared: readonly string[]): AsyncGenerator<Row> =>
  parsed<Row>(bytes, (parser, found) => {
    let row: Row | undefined
    let last = 0
    let kind = ''
    let column = 0
    let text = ''
    let isValue = false
    parser.on('opentag', ({ name, attributes }) => {
      const tag = nameOf(name)
      if (tag === 'row') {
        last = Number(attributes.r ?? last + 1) || last + 1
        row = { number: last, cells: [] }
      } else if (tag === 'c') {
        kind = String(attributes.t ?? '')
        column = columnOf(attributes.r as string | undefined) ?? row?.cells.length ?? 0
        text = ''
      }
      isValue = tag === 'v' || tag === 't'
    })
    parser.on('text', (part) => {
      if (isValue) text += part
    })
    parser.on('closetag', ({ name }) => {
      const tag = nameOf(name)
      isValue = false
      if (tag === 'c' && row !== undefined && column < MOST_COLUMNS) {
        while (row.cells.length < column) row.cells.push('')
        row.cells[column] = kind === 's' ? (shared[Number(text)] ?? '') : text
      }
      if (tag === 'row' && row !== undefined) found.push(row)
    })
  })

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** The first sheet as CSV in UTF-8, each row on the line of its number as long as no cell holds a line break: of merged cells
 *  the first has what they all say. Streams; memory holds a part of the sheet, and the texts that rows share. */
export async function* xlsxAsCsv({
  sheet,
  strings,
}: {
  sheet: AsyncIterable<Uint8Array>
  strings: AsyncIterable<Uint8Array> | undefined
}): AsyncGenerator<Uint8Array> {
  const shared = strings === undefined ? [] : await sharedTexts(strings)
  const encoder = new TextEncoder()
  let line = 1
  let text = ''
  let width = 0
  for await (const { number, cells } of rowsOf(sheet, shared)) {
    if (number < line || number > MOST_ROWS) throw broken()
    // Rows of nothing are left out of the file.
    for (; line < number; line++) text += '\n'
    width = Math.max(width, cells.length)
    // Excel leaves out empty cells at the end: they are no missing columns.
    while (cells.length < width) cells.push('')
    text += `${cells.map((cell) => quoted(cell.replaceAll(/\r?\n/g, ' '))).join(',')}\n`
    line += 1
    if (text.length < 64 * 1024) continue
    yield encoder.encode(text)
    text = ''
  }
  yield encoder.encode(text)
}
