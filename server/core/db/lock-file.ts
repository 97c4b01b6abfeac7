import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import Database from 'libsql'

/** Whatever nobody points to any more is closed when memory is tidied up, and with it the lock. */
const held = new Set<unknown>()

/** Takes a file for one process, by a lock of the operating system that dies with the process, however it dies. Gives what
 *  lets go of it; undefined: another process has it. */
export function lockFile(path: string): (() => void) | undefined {
  keepToOwner(path)
  const lock = new Database(path, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error
    return undefined
  }
  held.add(lock)
  return () => {
    held.delete(lock)
    lock.close()
  }
}

/** The driver would make it readable for every account, and whoever can read it can hold the lock, so that nobody migrates or
 *  starts. A file that is there is not opened: closing it would drop a lock that this process has on
 *  it. What the owner gave to a group stays. */
function keepToOwner(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  else if ((statSync(path).mode & 0o007) !== 0) chmodSync(path, 0o600)
}
