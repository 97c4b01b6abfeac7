import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { AppError } from '../kernel/app-error.ts'
import { sqliteFileOf } from './database-url.ts'

/** What the one who holds it says of itself, for whoever comes second. */
export interface Holder {
  pid: number
  /** Where it can be reached. */
  address: string
}

/** Whatever nobody points to any more is closed when memory is tidied up, and with it the lock. */
const held = new Set<unknown>()

/** Takes a SQLite file for one process: two servers on it would both think that they are alone. The lock is the operating
 *  system's and dies with the process, however it dies; commands beside a server do not take it. Nothing to do for other
 *  databases. Throws db.held, naming the holder. Gives what lets go of it. */
export function holdDatabase(databaseUrl: string, holder: Holder): () => void {
  const file = sqliteFileOf(databaseUrl)
  if (file === undefined) return () => undefined
  mkdirSync(dirname(file), { recursive: true })
  const lock = new Database(`${file}.lock`, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error
    const { pid, address } = holderOf(file)
    throw new AppError('db.held', `another process (${pid}) uses ${file}; it answers at ${address}`, {
      zh: `数据库 ${file} 正被另一个活水服务使用（进程 ${pid}，${address}），先停掉它再启动`,
    })
  }
  writeFileSync(`${file}.holder`, JSON.stringify(holder))
  held.add(lock)
  return () => {
    held.delete(lock)
    lock.close()
  }
}

function holderOf(file: string): { pid: string; address: string } {
  try {
    const { pid, address } = JSON.parse(readFileSync(`${file}.holder`, 'utf8')) as Partial<Holder>
    return { pid: String(pid ?? '?'), address: address ?? '?' }
  } catch {
    return { pid: '?', address: '?' }
  }
}
