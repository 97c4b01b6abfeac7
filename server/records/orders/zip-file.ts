import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { AppError } from '../../core/kernel/app-error.ts'

export type ZipEntry = yauzl.Entry

export interface ZipFile {
  entries: readonly ZipEntry[]
  entry(name: string): ZipEntry | undefined
  stream(entry: ZipEntry): Promise<Readable>
  close(): Promise<void>
}

const MOST_ENTRIES = 10_000
const ENCRYPTED = 1
const broken = (): AppError =>
  new AppError('orders.not-text', 'a broken zip', {
    status: 400,
    zh: '压缩包或 Excel 文件坏了：重新导出或重新下载一次。',
  })
const locked = (): AppError =>
  new AppError('orders.not-text', 'a zip with a password', {
    status: 400,
    zh: '压缩包有密码：先用密码解压，再导入里面的文件。',
  })

/** The directory of a zip. Throws orders.not-text for one that is broken or has a password. */
export async function zipFile(of: { path: string } | { buffer: Buffer }): Promise<ZipFile> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: true, validateEntrySizes: true } as const
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    const opened = (error: Error | null, file: yauzl.ZipFile): void =>
      error === null ? resolve(file) : reject(broken())
    if ('path' in of) yauzl.open(of.path, options, opened)
    else yauzl.fromBuffer(of.buffer, options, opened)
  })
  const entries = await entriesOf(zip)
  if (entries.some(({ generalPurposeBitFlag: flags }) => (flags & ENCRYPTED) !== 0)) throw locked()
  return {
    entries,
    entry: (name) => entries.find(({ fileName }) => fileName === name),
    stream: (entry) =>
      new Promise((resolve, reject) => {
        zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(broken())))
      }),
    close: async () => zip.close(),
  }
}

const entriesOf = (zip: yauzl.ZipFile): Promise<ZipEntry[]> =>
  new Promise((resolve, reject) => {
    const found: ZipEntry[] = []
    zip.on('error', () => reject(broken()))
    zip.on('end', () => resolve(found))
    zip.on('entry', (entry: ZipEntry) => {
      found.push(entry)
      if (found.length > MOST_ENTRIES) reject(broken())
      else zip.readEntry()
    })
    zip.readEntry()
  })
