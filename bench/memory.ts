import { raw } from '../server/core/db/sql.ts'
import { runProgram, type Started, startProgram } from '../server/testing/start-program.ts'
import { type BenchServer, openBenchServer } from './bench-server.ts'
import { residentMb } from './cpu-time.ts'
import type { Report } from './report.ts'
import { undispatched, until } from './waiting.ts'

export interface MemoryOptions {
  /** Events until the first measurement: caches are warm, code is compiled. */
  first: number
  /** Events in all. */
  events: number
}

interface Resident {
  afterFirst: number
  halfway: number
  atEnd: number
  highest: number
  refused: number
}

/** More than this much again in the second half of the events, and more than a tenth, is growth with their number. */
const GROWTH_MB = 24
const DISPATCHED_WITHIN_MS = 3_600_000

/** Resident memory of the server after many events against that after the first, all over HTTP, beside the handler that
 *  verifies, decrypts and forgets. Every stretch is measured once everything is dispatched. */
export async function benchMemory(options: MemoryOptions, report: Report): Promise<void> {
  const server = await openBenchServer({ mysql: undefined, platformUrl: 'http://127.0.0.1:9' })
  const limit = await startProgram('bench/limit-callback.ts')
  try {
    const theirs = await feed(limit, options, async () => undefined)
    const huoshui = await server.start()
    const began = Date.now()
    const ours = await feed(huoshui, options, () => allDispatched(server))
    const seconds = (Date.now() - began) / 1000
    const stored = await storedEvents(server)
    report.add('memory', {
      figure: `${shown(ours)}${isGrowing(ours) ? '  — GROWS WITH THE NUMBER OF EVENTS' : ''}`,
      limit: shown(theirs),
      ratio: ours.atEnd / ours.afterFirst,
      aim: 'end ≤ 1.5 × first, no growth in the second half',
      note: [
        `MB resident after ${options.first}, ${options.events / 2} and ${options.events} events; ratio: end to first`,
        `${(stored.all / seconds).toFixed(0)} events/s stored, of which ${(stored.handled / seconds).toFixed(0)}/s were dispatched to a handler`,
        stored.all === options.events ? 'every event is a row' : `ONLY ${stored.all} ROWS`,
        `refused ${ours.refused}`,
      ].join('; '),
    })
    await huoshui.stop()
  } finally {
    await limit.stop()
    await server.close()
  }
}

const shown = (one: Resident): string =>
  [one.afterFirst, one.halfway, one.atEnd].map((mb) => `${mb.toFixed(0)} MB`).join(' → ') +
  `, at most ${one.highest.toFixed(0)} MB`

export function isGrowing({ halfway, atEnd }: Pick<Resident, 'halfway' | 'atEnd'>): boolean {
  return atEnd - halfway > GROWTH_MB && atEnd > halfway * 1.1
}

async function feed(target: Started, { first, events }: MemoryOptions, rest: () => Promise<void>): Promise<Resident> {
  let highest = 0
  let refused = 0
  const look = (): number => {
    const now = residentMb(target.pid)
    highest = Math.max(highest, now)
    return now
  }
  const looking = setInterval(look, 500)
  const upTo = async (from: number, to: number): Promise<number> => {
    const args = [target.url, String(from), String(to - from)]
    refused += (await runProgram<{ refused: number }>('bench/memory-load.ts', args)).refused
    await rest()
    return look()
  }
  const afterFirst = await upTo(0, first)
  const halfway = await upTo(first, events / 2)
  const atEnd = await upTo(events / 2, events)
  clearInterval(looking)
  return { afterFirst, halfway, atEnd, highest, refused }
}

async function allDispatched({ db }: BenchServer): Promise<void> {
  await until('all dispatched', DISPATCHED_WITHIN_MS, async () => (await undispatched(db)) === 0)
}

async function storedEvents({ db }: BenchServer): Promise<{ all: number; handled: number }> {
  const rows = await db.tx((tx) =>
    tx.rows(
      raw<{ state: string; n: number }>(
        `SELECT state AS state, COUNT(*) AS n FROM inbound_event
       WHERE kind IN ('wecom.unknown', 'wecom.change_external_contact.del_follow_user') GROUP BY state`,
      ),
    ),
  )
  const count = (states: string[]): number =>
    rows.filter((row) => states.includes(row.state)).reduce((sum, row) => sum + Number(row.n), 0)
  return { all: count(['new', 'done', 'kept', 'dead']), handled: count(['done']) }
}
