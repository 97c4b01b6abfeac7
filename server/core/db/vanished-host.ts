import { performance } from 'node:perf_hooks'
import type { DataSource } from 'typeorm'
import type { MysqlConnection } from './mysql-connection.ts'
import type { MysqlHosts } from './mysql-hosts.ts'

/** Most statements take milliseconds; who waits for so long is looked after. */
const HUNG_MS = 3_000

export interface VanishedHostDeps {
  hosts: MysqlHosts
  /** A way to the database beside the pool, not yet open. */
  beside(): DataSource
}

/** A host that loses its power closes no connection: what was asked of it waits until the connection is given up, and so does
 *  everything behind it. When something has waited for long, the database is asked on a new connection whether it knows the old
 *  ones; those that it does not know lead nowhere and are closed. When it does not answer either, the next host is tried. */
export function createVanishedHost({ hosts, beside }: VanishedHostDeps) {
  const askedAtMs = new Map<MysqlConnection, number>()
  let _timer: NodeJS.Timeout | undefined

  function schedule(): void {
    _timer ??= setTimeout(() => {
      _timer = undefined
      void look().finally(() => {
        if (askedAtMs.size > 0) schedule()
      })
    }, HUNG_MS).unref()
  }

  async function look(): Promise<void> {
    const before = performance.now() - HUNG_MS
    const hung = [...askedAtMs].flatMap(([connection, atMs]) => (atMs <= before ? [connection] : []))
    if (hung.length === 0) return
    const generation = hosts.generation()
    const known = await knownAmong(hung)
    if (known === undefined) {
      // One host is waited for: there is nowhere else to go.
      if (hosts.count === 1) return
      hosts.leave(generation)
    }
    for (const connection of hung) {
      if (known?.has(connection.threadId) === true || !askedAtMs.has(connection)) continue
      connection.stream.destroy(Object.assign(new Error('the host behind it is gone'), { code: 'ECONNRESET' }))
    }
  }

  /** Undefined: no answer. */
  async function knownAmong(connections: readonly MysqlConnection[]): Promise<ReadonlySet<number> | undefined> {
    const source = beside()
    try {
      await source.initialize()
      const ids = connections.map(({ threadId }) => Number(threadId))
      const rows = (await source.query(
        `SELECT id FROM information_schema.processlist WHERE id IN (${ids.join(', ')})`,
      )) as { id: number | string }[]
      return new Set(rows.map(({ id }) => Number(id)))
    } catch (error) {
      // Whoever refuses, because it is full or shuts down, is there.
      return typeof error === 'object' && error !== null && 'sqlState' in error
        ? new Set(connections.map(({ threadId }) => threadId))
        : undefined
    } finally {
      if (source.isInitialized) await source.destroy()
    }
  }

  return {
    begun: (connection: MysqlConnection): void => {
      askedAtMs.set(connection, performance.now())
      schedule()
    },
    ended: (connection: MysqlConnection): void => void askedAtMs.delete(connection),
  }
}
export type VanishedHost = ReturnType<typeof createVanishedHost>
