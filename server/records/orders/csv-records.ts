import { AppError } from '../../core/kernel/app-error.ts'

export interface CsvRecord {
  /** Where it begins in the file, from 1. */
  line: number
  fields: string[]
}

/** Far more than an order needs; a stray quote would otherwise swallow the file. */
const MAX_RECORD = 64 * 1024

export interface CsvForm {
  encoding: 'utf-8' | 'gb18030'
  separator: ',' | '\t' | ';'
}

/** Reads CSV as it streams in: quoted fields with "" and line breaks inside, CRLF or LF, with or without BOM. Empty lines are
 *  left out. Memory holds one record. Throws orders.not-text and orders.bad-csv. */
export async function* csvRecords(
  bytes: AsyncIterable<Uint8Array>,
  { encoding, separator }: CsvForm,
): AsyncGenerator<CsvRecord> {
  const reader = createRecordReader(separator)
  for await (const text of decoded(bytes, encoding)) yield* reader.push(text)
  yield* reader.end()
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const part of bytes) yield decoder.decode(part, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new AppError('orders.not-text', `the file is not ${encoding}`, {
      status: 400,
      zh: '文件的编码看不懂。请在 Excel 里“另存为”选择“CSV UTF-8（逗号分隔）”，再导入一次。',
      cause: error,
    })
  }
}

function createRecordReader(separator: string) {
  let fields: string[] = []
  let field = ''
  let size = 0
  let line = 1
  let begin = 1
  /** Inside quotes; after a quote that may be the field's end or the first half of "". */
  let state: 'plain' | 'quoted' | 'quote' = 'plain'

  const tooLong = (): never => {
    throw new AppError('orders.bad-csv', `a record is too long, from line ${begin} on`, {
      status: 400,
      zh: `第 ${begin} 行起的一条记录过长，多半是少了一个引号，请检查这一行。`,
    })
  }

  function endField(): void {
    fields.push(field)
    field = ''
  }

  function endRecord(): CsvRecord | undefined {
    endField()
    const record = { line: begin, fields }
    fields = []
    size = 0
    begin = line
    return record.fields.some((one) => one.trim() !== '') ? record : undefined
  }

  function* push(text: string): Generator<CsvRecord> {
    for (const char of text) {
      if (char === '\n') line += 1
      size += 1
      if (size > MAX_RECORD) tooLong()
      if (state === 'quoted') {
        if (char === '"') state = 'quote'
        else field += char
        continue
      }
      if (char === '"') {
        // "" inside quotes is one quote; a quote at the beginning opens; elsewhere it is a letter.
        if (state === 'quote') field += char
        if (state === 'quote' || field === '') state = 'quoted'
        else field += char
        continue
      }
      state = 'plain'
      if (char === separator) endField()
      else if (char === '\n') {
        const record = endRecord()
        if (record !== undefined) yield record
      } else if (char !== '\r') field += char
    }
  }

  function* end(): Generator<CsvRecord> {
    if (state === 'quoted') {
      throw new AppError('orders.bad-csv', `a quoted field that begins on line ${begin} has no end`, {
        status: 400,
        zh: `第 ${begin} 行有一个引号没有结束，请检查这一行。`,
      })
    }
    const record = endRecord()
    if (record !== undefined) yield record
  }

  return { push, end }
}
