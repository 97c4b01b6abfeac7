import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { ASSETS_FOLDER } from '../files/rule-folder.ts'

interface Box {
  kind: string
  /** Of what is in it. */
  from: number
  to: number
}

/** How long a video below `<folder>/assets/` is, in seconds; undefined: it does not say, or cannot be read. ISO 14496-12. */
export const createVideoSeconds =
  (folder: string) =>
  (asset: string): number | undefined => {
    try {
      const file = openSync(join(folder, ASSETS_FOLDER, asset), 'r')
      try {
        return secondsIn(file)
      } finally {
        closeSync(file)
      }
    } catch {
      return undefined
    }
  }

function secondsIn(file: number): number | undefined {
  const movie = boxIn(file, { from: 0, to: fstatSync(file).size }, 'moov')
  const header = movie === undefined ? undefined : boxIn(file, movie, 'mvhd')
  if (header === undefined) return undefined
  const isLong = bytesAt(file, header.from, 1)[0] === 1
  // Behind the version are the times of making and changing it.
  const scale = bytesAt(file, header.from + (isLong ? 20 : 12), 4).readUInt32BE()
  const at = header.from + (isLong ? 24 : 16)
  const duration = isLong ? Number(bytesAt(file, at, 8).readBigUInt64BE()) : bytesAt(file, at, 4).readUInt32BE()
  return scale === 0 ? undefined : duration / scale
}

/** The first of its kind among these. */
function boxIn(file: number, { from, to }: Pick<Box, 'from' | 'to'>, kind: string): Box | undefined {
  for (let at = from; at + 8 <= to; ) {
    const head = bytesAt(file, at, 16)
    const short = head.readUInt32BE(0)
    // 1: the size stands behind; 0: to the end.
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - at : short
    if (size < 8) return undefined
    if (head.toString('latin1', 4, 8) === kind) return { kind, from: at + (short === 1 ? 16 : 8), to: at + size }
    at += size
  }
  return undefined
}

function bytesAt(file: number, at: number, count: number): Buffer {
  const buffer = Buffer.alloc(count)
  readSync(file, buffer, 0, count, at)
  return buffer
}
