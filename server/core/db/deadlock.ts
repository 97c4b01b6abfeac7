import { mysqlFault } from './mysql-fault.ts'

/** The transaction is gone whatever its code does: undone as the loser of a deadlock, or with its connection. `Db.tx` begins
 *  it again. Code inside a transaction that catches errors must let this one pass. */
export const isDeadlock = (error: unknown): boolean => mysqlFault(error) !== undefined
