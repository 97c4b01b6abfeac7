/** MySQL undoes the whole transaction of a deadlock's loser and asks for it again; `Db.tx` does so. Code inside a
 *  transaction that catches errors must let this one pass. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && (error.errno === 1213 || error.errno === 1020)
}
