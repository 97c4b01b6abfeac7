import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface FoundFile {
  name: string
  path: string
  size: number
  /** Size and time of its last change: while it is the same nobody writes to it. */
  mark: string
}

/** What may hold orders; others beside them, and what Excel and downloads leave behind, are left alone. */
const IS_TABLE = /^(?![.~]).*\.(csv|txt|tsv|xlsx|xls|zip)$/i

/** The files of a folder that may hold orders, the one that was changed first at the beginning; not those of folders in it, and no
 *  links. Throws what the system says of a folder that is not there or may not be read. */
export async function filesIn(folder: string): Promise<FoundFile[]> {
  const names = (await readdir(folder)).filter((name) => IS_TABLE.test(name))
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      // Gone meanwhile.
      const stat = await lstat(path).catch(() => undefined)
      if (stat === undefined || !stat.isFile()) return []
      const { size, mtimeMs } = stat
      return [{ name, path, size, mtimeMs, mark: markBy(stat) }]
    }),
  )
  return found.flat().sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1))
}

const markBy = ({ size, mtimeMs }: { size: number; mtimeMs: number }): string => `${size}/${mtimeMs}`

/** Undefined: it is gone. */
export const markOf = (path: string): Promise<string | undefined> => lstat(path).then(markBy, () => undefined)

/** SHA-256 of its bytes, hex. `through`: what is asked at each part of them. */
export async function digestOf(
  path: string,
  through: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> = (bytes) => bytes,
): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of through(createReadStream(path))) hash.update(part)
  return hash.digest('hex')
}

/** Why this process may not read it, as the system calls it: EACCES; undefined: it may, or it is gone. */
export async function whyUnreadable(path: string): Promise<string | undefined> {
  try {
    await (await open(path, 'r')).close()
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : code
  }
}

const ZIP_BEGINS = 0x504b0304
const ZIP_ENDS = Buffer.from('PK\x05\x06', 'latin1')
/** The end of a zip, with the longest remark behind it. */
const ZIP_END = 22 + 0xffff

/** Does it end as whole files do? A table with the end of its last line, a zip with its directory. An upload that stands still does
 *  not, nor does a table that somebody wrote without that end. */
export async function endsWhole({ path, size }: Pick<FoundFile, 'path' | 'size'>): Promise<boolean> {
  const file = await open(path, 'r')
  const bytesAt = async (at: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
    return buffer.subarray(0, bytesRead)
  }
  try {
    const head = await bytesAt(0, 4)
    if (head.length < 4 || head.readUInt32BE(0) !== ZIP_BEGINS)
      return /[\r\n]/.test((await bytesAt(Math.max(0, size - 1), 1)).toString('latin1'))
    const length = Math.min(size, ZIP_END)
    return (await bytesAt(size - length, length)).includes(ZIP_ENDS)
  } finally {
    await file.close()
  }
}
