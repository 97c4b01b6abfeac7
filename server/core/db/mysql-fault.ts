/** What an error of MySQL, MariaDB, TiDB or of the way to them means for the work that it came upon.
 *  conflict: the database undid it for the sake of another one, and it may be done again at once.
 *  no-writer: this server takes no writes, or none any more; nothing was done, and its connections are of no use.
 *  lost: the connection is gone, and with it what was not committed. Of a COMMIT under way nobody knows. */
export type MysqlFault = 'conflict' | 'no-writer' | 'lost'

const FAULT_OF: Readonly<Record<number | string, MysqlFault>> = {
  1020: 'conflict', // a row has changed since it was read
  1205: 'conflict', // waited too long for a row; Galera, too
  1213: 'conflict', // deadlock; Galera: another node was first
  3101: 'conflict', // group replication: another member was first
  8002: 'conflict', // TiDB: a row that is to be updated has changed
  8005: 'conflict', // TiDB: write conflict
  8022: 'conflict', // TiDB: the commit failed and was undone
  8028: 'conflict', // TiDB: the tables have changed meanwhile
  9007: 'conflict', // TiDB: write conflict
  'db.taken-meanwhile': 'conflict',
  1047: 'no-writer', // Galera: a node that is not, or no longer, part of the majority
  1290: 'no-writer', // read_only, super_read_only
  1792: 'no-writer', // the same, of a transaction that had begun before
  1836: 'no-writer', // Aurora, innodb_read_only
  1874: 'no-writer', // innodb_read_only
  3098: 'no-writer', // group replication: this member may not
  3100: 'no-writer', // group replication: this member was thrown out
  'db.read-only': 'no-writer',
  1040: 'lost', // all connections are taken
  1053: 'lost', // it shuts down
  1079: 'lost', // the same
  1152: 'lost', // broken off
  1158: 'lost', // could not be read from the network
  1159: 'lost',
  1160: 'lost',
  1161: 'lost',
  1927: 'lost', // MariaDB: killed by somebody
  3169: 'lost', // MySQL: killed by somebody
  4031: 'lost', // MySQL: was idle for too long
  EAI_AGAIN: 'lost',
  ECONNREFUSED: 'lost',
  ECONNRESET: 'lost',
  EHOSTUNREACH: 'lost',
  ENETUNREACH: 'lost',
  ENOTFOUND: 'lost',
  EPIPE: 'lost',
  ETIMEDOUT: 'lost',
  PROTOCOL_CONNECTION_LOST: 'lost',
}

/** Undefined: the fault lies in the work itself, or is not known; a database that keeps silent is none of these, because
 *  whoever waited for that long does not wait again. */
export function mysqlFault(error: unknown): MysqlFault | undefined {
  if (!(error instanceof Error)) return undefined
  const { errno, code, message } = error as { errno?: unknown; code?: unknown; message: string }
  if (typeof errno === 'number' && FAULT_OF[errno] !== undefined) return FAULT_OF[errno]
  if (typeof code === 'string' && FAULT_OF[code] !== undefined) return FAULT_OF[code]
  // The driver's word for a connection that has broken while it lay in the pool.
  return message.includes('connection is in closed state') ? 'lost' : undefined
}
