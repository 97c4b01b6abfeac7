import { closeSync, fstatSync, openSync, readSync, statfsSync } from 'node:fs'

const LARGEST_BYTES = 64 * 1024
/** File systems that lie in memory: secrets of containers are mounted so, readable for all of the container. */
const IN_MEMORY = new Set([0x01021994, 0x858458f6])

/** What a file of one secret holds, without the line's end behind it; or why it is not taken, English and Chinese. The value is
 *  in neither. */
export function readSecretFile(path: string): { value: string } | { text: string; zh: string } {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    return { text: `names a file that cannot be read (${code})`, zh: `写的文件读不了（${code}）：检查路径和读取权限` }
  }
  try {
    const { mode, size } = fstatSync(file)
    if ((mode & 0o170000) !== 0o100000) return { text: 'names something that is no file', zh: '写的不是一个文件' }
    if (size > LARGEST_BYTES) return { text: 'names a file above 64 KB', zh: '写的文件超过 64 KB，不像一个密钥' }
    if ((mode & 0o002) !== 0) {
      return { text: 'names a file that anybody may change: chmod o-w', zh: '写的文件谁都能改：chmod o-w 后再启动' }
    }
    if ((mode & 0o004) !== 0 && !IN_MEMORY.has(statfsSync(path).type)) {
      return { text: 'names a file that every account may read: chmod o-r', zh: '写的文件谁都能读：chmod o-r 后再启动' }
    }
    const buffer = Buffer.alloc(LARGEST_BYTES)
    const value = buffer.toString('utf8', 0, readSync(file, buffer)).replace(/\r?\n$/, '')
    return value.trim() === '' ? { text: 'names an empty file', zh: '写的文件是空的' } : { value }
  } finally {
    closeSync(file)
  }
}
