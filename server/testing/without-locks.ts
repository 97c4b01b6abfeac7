import type { Db } from '../core/db/db.ts'

type Query = (text: string, ...rest: unknown[]) => unknown
interface Connection {
  query: Query
}
interface Pool {
  on(event: 'connection', listener: (connection: Connection) => void): void
  getConnection(callback: (error: Error | null, connection: Connection & { release(): void }) => void): void
}

/** From now on the server behind this MySQL database locks no row that is only read, as TiDB does where SKIP LOCKED is written,
 *  and as the nodes of a Galera cluster do among each other. */
export async function withoutLocks(db: Db): Promise<void> {
  await db.connect()
  const { pool } = db.source.driver as unknown as { pool: Pool }
  const strip = (connection: Connection): void => {
    const query = connection.query.bind(connection)
    connection.query = (text, ...rest) => query(text.replace(/ FOR UPDATE( SKIP LOCKED)?/, ''), ...rest)
  }
  pool.on('connection', strip)
  await new Promise<void>((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) return reject(error)
      strip(connection)
      connection.release()
      resolve()
    })
  })
}
