import { AppError } from '../../core/kernel/app-error.ts'
import type { CsvForm } from './csv-records.ts'

const refused = (message: string, zh: string): AppError => new AppError('orders.not-text', message, { status: 400, zh })
const SAVE_AS = '请在 Excel 里“另存为”选择“CSV UTF-8（逗号分隔）”，再导入一次。'

/** How a file is written: UTF-8, or else GBK as Excel and 千牛 save it; commas, tabs or semicolons, as its first line has
 *  them. Reads it to the end. Throws orders.not-text for what is no text: xlsx, xls, zip, UTF-16. */
export async function csvForm(bytes: AsyncIterable<Uint8Array>): Promise<CsvForm> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let head: Buffer = Buffer.alloc(0)
  let isUtf8 = true
  for await (const part of bytes) {
    if (head.length < HEAD) head = Buffer.concat([head, part]).subarray(0, HEAD)
    if (isUtf8) isUtf8 = takes(() => utf8.decode(part, { stream: true }))
  }
  if (isUtf8) isUtf8 = takes(() => utf8.decode())
  refuseOthers(head)
  const encoding = isUtf8 ? 'utf-8' : 'gb18030'
  return { encoding, separator: separatorOf(new TextDecoder(encoding).decode(head)) }
}

const HEAD = 16 * 1024

function takes(decode: () => unknown): boolean {
  try {
    decode()
    return true
  } catch {
    return false
  }
}

function refuseOthers(head: Buffer): void {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte)
  if (begins(0x50, 0x4b, 0x03, 0x04))
    throw refused('a zip or an xlsx', `这是 Excel 文件（.xlsx）或压缩包，不是 CSV。${SAVE_AS}`)
  if (begins(0xd0, 0xcf, 0x11, 0xe0)) throw refused('an xls', `这是旧版 Excel 文件（.xls），不是 CSV。${SAVE_AS}`)
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff)) throw refused('UTF-16', `文件是 UTF-16 编码。${SAVE_AS}`)
  if (head.includes(0)) throw refused('binary', `这不是文本文件。${SAVE_AS}`)
}

function separatorOf(text: string): CsvForm['separator'] {
  const line = text
    .slice(0, text.search(/\r?\n/) === -1 ? text.length : text.search(/\r?\n/))
    .replaceAll(/"[^"]*"/g, '')
  const count = (one: string): number => line.split(one).length - 1
  const [best] = ([',', '\t', ';'] as const).toSorted((a, b) => count(b) - count(a))
  return best ?? ','
}
