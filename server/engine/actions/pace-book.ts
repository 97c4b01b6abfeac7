import type { Db } from '../../core/db/db.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { ACTION_PACE } from './action-tables.ts'

/** How long one kind of action takes, and which calls it makes. */
export interface Pace {
  kind: string
  /** Mean, from claim to record, waiting in line for the endpoint included. */
  busyMs: number
  calls: { path: string; perAction: number; ms: number }[]
}

interface Seen {
  times: number
  busyMs: number
  calls: Map<string, { times: number; busyMs: number }>
}

/** So many are remembered at most: then old ones fade. */
const FADE_AT = 1_000
/** A process that has seen fewer does not overwrite what others have seen. */
const ENOUGH = 20
const SAVE_EVERY_MS = 5_000

/** What this process has seen of the time that actions take; saved for the ETA, which any process may be asked for. */
export function createPaceBook({ db, clock }: { db: Pick<Db, 'tx'>; clock: Clock }) {
  const kinds = new Map<string, Seen>()
  const changed = new Set<string>()
  let savedAtMs = Number.NEGATIVE_INFINITY

  function fade(seen: Seen): void {
    if (seen.times < FADE_AT) return
    for (const one of [seen, ...seen.calls.values()]) {
      one.times /= 2
      one.busyMs /= 2
    }
  }

  return {
    observe: (kind: string, busyMs: number, calls: readonly { path: string; ms: number }[]): void => {
      const seen: Seen = kinds.get(kind) ?? { times: 0, busyMs: 0, calls: new Map() }
      kinds.set(kind, seen)
      seen.times += 1
      seen.busyMs += busyMs
      for (const { path, ms } of calls) {
        const call = seen.calls.get(path) ?? { times: 0, busyMs: 0 }
        seen.calls.set(path, { times: call.times + 1, busyMs: call.busyMs + ms })
      }
      fade(seen)
      changed.add(kind)
    },
    /** Every five seconds at most; throws when the database is away. */
    save: async (): Promise<void> => {
      const now = clock.now()
      if (changed.size === 0 || now - savedAtMs < SAVE_EVERY_MS) return
      savedAtMs = now
      const rows = [...changed].flatMap((kind) => rowsOf(kind, kinds.get(kind), now))
      changed.clear()
      const isKnown = (row: { kind: string }): boolean => (kinds.get(row.kind)?.times ?? 0) >= ENOUGH
      await db.tx(async (tx) => {
        const known = rows.filter(isKnown)
        const first = rows.filter((row) => !isKnown(row))
        if (known.length > 0) await tx.upsert(ACTION_PACE, known, ['kind', 'path'])
        if (first.length > 0) await tx.insertIgnore(ACTION_PACE, first)
      })
    },
  }
}

/** The actions themselves have the path ''. */
function rowsOf(kind: string, seen: Seen | undefined, nowMs: number) {
  if (seen === undefined) return []
  const row = (path: string, one: { times: number; busyMs: number }) => ({
    kind,
    path,
    times: Math.round(one.times),
    busy_ms: Math.round(one.busyMs),
    seen_at: nowMs,
  })
  return [row('', seen), ...[...seen.calls].map(([path, call]) => row(path, call))]
}

export async function readPaces(tx: Tx): Promise<Pace[]> {
  const rows = await tx.rows(sql`SELECT ${all(ACTION_PACE)} FROM ${ACTION_PACE} WHERE ${ACTION_PACE.times} > 0`)
  return rows
    .filter(({ path }) => path === '')
    .map(({ kind, times, busy_ms: busyMs }) => ({
      kind,
      busyMs: busyMs / times,
      calls: rows
        .filter((row) => row.kind === kind && row.path !== '')
        .map((row) => ({ path: row.path, perAction: row.times / times, ms: row.busy_ms / row.times })),
    }))
}
