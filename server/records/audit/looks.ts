import { createHash } from 'node:crypto'
import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type AuditNote, noteAudit } from './audit-notes.ts'

/** One note for each guide and customer in so long: an open page asks every few seconds. */
const APART_MS = 10 * MINUTE_MS
/** Of a server whose database is away for long. */
const MOST_WAITING = 20_000
const MOST_REMEMBERED = 50_000
const AT_ONCE = 500

export type Look = Omit<AuditNote, 'atMs' | 'once'>

/** Who looked at whom. Kept in memory until the next second, so that no answer waits for it; what cannot be kept any more is
 *  counted, and the count becomes a row of the audit. A process that is killed loses its last second. */
export function createLooks({ db, clock }: { db: Pick<Db, 'tx'>; clock: Clock }) {
  let waiting: AuditNote[] = []
  /** Told in this stretch of time, or the one before. */
  let seen = new Set<string>()
  let stretch = 0
  let lost = 0
  let lostEver = 0

  const lostNote = (count: number): AuditNote => ({
    ...{ atMs: clock.now(), actor: 'huoshui', actorKind: 'server', origin: '', what: 'audit.looks-lost' },
    detail: { count },
  })

  return {
    /** Once for each actor, customer and kind of look in ten minutes. Never throws, never waits. */
    saw: (look: Look): void => {
      const now = clock.now()
      const current = Math.floor(now / APART_MS)
      if (current !== stretch || seen.size >= MOST_REMEMBERED) seen = new Set()
      stretch = current
      const what = JSON.stringify([look.what, look.actor, look.customer, current])
      if (seen.has(what)) return
      seen.add(what)
      const once = createHash('sha256').update(what).digest('hex')
      if (waiting.length < MOST_WAITING) waiting.push({ ...look, atMs: now, once })
      else lost += 1
    },
    /** Each time, for what cannot be written in a transaction of its own. Never throws, never waits. */
    tell: (note: Look): void => {
      if (waiting.length < MOST_WAITING) waiting.push({ ...note, atMs: clock.now() })
      else lost += 1
    },
    /** Writes what waits. Throws the database's error; then it waits for the next time. */
    flush: async (): Promise<void> => {
      while (waiting.length > 0 || lost > 0) {
        const [part, dropped] = [waiting.slice(0, AT_ONCE), lost]
        await db.tx((tx) => noteAudit(tx, dropped === 0 ? part : [...part, lostNote(dropped)]))
        waiting = waiting.slice(part.length)
        lost -= dropped
        lostEver += dropped
      }
    },
    /** Since the start of the process. */
    lost: (): number => lostEver + lost,
  }
}
