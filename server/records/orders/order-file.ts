import { createReadStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { AppError } from '../../core/kernel/app-error.ts'
import { xlsxAsCsv } from './xlsx-as-csv.ts'
import { type ZipEntry, type ZipFile, zipFile } from './zip-file.ts'

/** A file of orders, however it is packed. */
export interface OrderFile {
  /** Its text from the beginning, as often as it is asked for; the one before ends. */
  open(): AsyncIterable<Uint8Array>
  /** How much of it has been read, 0 to 1, since it was opened last. */
  share(): number
  close(): Promise<void>
}

const refused = (what: string, zh: string): AppError => new AppError('orders.not-text', what, { status: 400, zh })
const IS_TABLE = /\.(csv|txt|tsv)$/i
const IS_XLSX = /\.xlsx$/i
/** An xlsx within a zip is looked into in memory. */
const MOST_INNER = 100 * 1024 ** 2

/** A CSV as it is; of an xlsx the first sheet, of a zip the only table in it, as CSV. Memory holds neither, but for the texts that
 *  an xlsx keeps apart. Throws orders.not-text for packages that cannot be taken: with a password, with several tables. */
export async function openOrderFile(path: string, size: number): Promise<OrderFile> {
  if (!(await isZip(path))) return plainFile(path, size)
  const zip = await zipFile({ path })
  if (zip.entry('xl/workbook.xml') !== undefined) return xlsxFile(zip)
  const tables = zip.entries.filter(({ fileName }) => IS_TABLE.test(fileName) || IS_XLSX.test(fileName))
  const [table, another] = tables.filter(({ fileName }) => !/(^|\/)(__MACOSX|\.)/.test(fileName))
  if (table === undefined || another !== undefined) {
    await zip.close()
    const many = another === undefined ? '没有表格' : `有 ${tables.length} 个表格`
    throw refused('a zip without one table', `压缩包里${many}：解压后一个一个导入（CSV 或 .xlsx）。`)
  }
  if (!IS_XLSX.test(table.fileName)) return packedFile(zip, table)
  if (table.uncompressedSize > MOST_INNER)
    throw refused('a large xlsx in a zip', '压缩包里的 Excel 太大：先解压，再导入 .xlsx。')
  const inner = await zipFile({ buffer: await wholeOf(await zip.stream(table)) })
  await zip.close()
  return xlsxFile(inner)
}

async function isZip(path: string): Promise<boolean> {
  const file = await openFile(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.readUInt32BE(0) === 0x504b0304
  } finally {
    await file.close()
  }
}

function plainFile(path: string, size: number): OrderFile {
  let stream = createReadStream(path)
  return {
    open: () => {
      stream.destroy()
      stream = createReadStream(path)
      return stream
    },
    share: () => stream.bytesRead / Math.max(1, size),
    close: async () => void stream.destroy(),
  }
}

/** Counts what goes by of so many bytes. */
function counted(all: number) {
  let read = 0
  return {
    begin: (): void => {
      read = 0
    },
    share: (): number => read / Math.max(1, all),
    through: async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const part of bytes) {
        read += part.length
        yield part
      }
    },
  }
}

function packedFile(zip: ZipFile, table: ZipEntry): OrderFile {
  const count = counted(table.uncompressedSize)
  async function* text(): AsyncGenerator<Uint8Array> {
    count.begin()
    yield* count.through(await zip.stream(table))
  }
  return { open: text, share: count.share, close: zip.close }
}

function xlsxFile(zip: ZipFile): OrderFile {
  const sheet =
    zip.entry('xl/worksheets/sheet1.xml') ??
    zip.entries.find(({ fileName }) => /^xl\/worksheets\/[^/]+\.xml$/.test(fileName))
  const count = counted(sheet?.uncompressedSize ?? 1)
  async function* text(): AsyncGenerator<Uint8Array> {
    if (sheet === undefined) throw refused('an xlsx without a sheet', 'Excel 文件里没有表格。')
    count.begin()
    const strings = zip.entry('xl/sharedStrings.xml')
    yield* xlsxAsCsv({
      sheet: count.through(await zip.stream(sheet)),
      strings: strings === undefined ? undefined : await zip.stream(strings),
    })
  }
  return { open: text, share: count.share, close: zip.close }
}

async function wholeOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream) {
    size += (part as Buffer).length
    // What its directory says of its size need not be true.
    if (size > MOST_INNER) throw refused('a large xlsx in a zip', '压缩包里的 Excel 太大：先解压，再导入 .xlsx。')
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts)
}
