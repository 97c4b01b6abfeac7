import { AppError } from '../kernel/app-error.ts'

/** Throws when a write that was to take `wanted` rows found only some of them as they had been read: another process was first.
 *  All of the transaction is undone, and `Db.tx` begins it again. A lock would have kept the other one out, but not every
 *  database and not every proxy knows locks, and a node of a cluster knows only its own. */
export function mustHaveTaken(found: number, wanted: number): void {
  if (found === wanted) return
  throw new AppError('db.taken-meanwhile', `another process has taken ${wanted - found} of ${wanted} rows`, {
    retry: 'later',
  })
}
