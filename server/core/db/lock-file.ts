import Database from 'libsql'

/** Whatever nobody points to any more is closed when memory is tidied up, and with it the lock. */
const held = new Set<unknown>()

/** Takes a file for one process, by a lock of the operating system that dies with the process, however it dies. Gives what
 *  lets go of it; undefined: another process has it. */
export function lockFile(path: string): (() => void) | undefined {
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
