import type { Socket } from 'node:net'
import type { SqlValue } from './sql.ts'

/** What we use of the driver's. */
export interface MysqlConnection {
  query(text: string): void
  query(text: string, params: SqlValue[], done: (error: Error | null, answer: unknown) => void): void
  release(): void
  destroy(): void
  stream: Socket
  /** By which the server knows it. */
  threadId: number
}
