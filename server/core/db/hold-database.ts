import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import { sqliteFileOf } from './database-url.ts'
import { lockFile } from './lock-file.ts'

/** What the one who holds it says of itself, for whoever comes second. */
export interface Holder {
  pid: number
  /** Where it can be reached. */
  address: string
}

/** Takes a SQLite file for one process: two servers on it would both think that they are alone. The lock is the operating
 *  system's and dies with the process, however it dies; commands beside a server do not take it. Nothing to do for other
 *  databases. Throws db.held, naming the holder. Gives what lets go of it. */
export function holdDatabase(databaseUrl: string, holder: Holder): () => void {
  const file = sqliteFileOf(databaseUrl)
  if (file === undefined) return () => undefined
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const letGo = lockFile(`${file}.lock`)
  if (letGo === undefined) {
    const { pid, address } = holderOf(file)
    throw new AppError('db.held', `another process (${pid}) uses ${file}; it answers at ${address}`, {
      zh: `数据库 ${file} 正被另一个活水服务使用（进程 ${pid}，${address}），先停掉它再启动`,
    })
  }
  writeFileSync(`${file}.holder`, JSON.stringify(holder), { mode: 0o600 })
  return letGo
}

function holderOf(file: string): { pid: string; address: string } {
  try {
    const { pid, address } = JSON.parse(readFileSync(`${file}.holder`, 'utf8')) as Partial<Holder>
    return { pid: String(pid ?? '?'), address: address ?? '?' }
  } catch {
    return { pid: '?', address: '?' }
  }
}
