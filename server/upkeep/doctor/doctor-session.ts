import { createHmac, timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { randomText } from '../../core/kernel/random.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { readToken, signToken } from '../../engine/http/session-token.ts'
import { keptSessions } from '../../sidebar-api/kept-sessions.ts'

export const SESSION_MS = 8 * HOUR_MS
const PURPOSE = 'doctor'
const TRIES_PER_MINUTE = 10
/** As whom the sessions are kept: the key is nobody's own. */
const WHO = 'DOCTOR_KEY'
const NOT_KEPT = '-'
/** A frozen database does not answer at all; the page is for that as well. */
const ANSWER_WITHIN_MS = 2_000

const soon = <T>(work: Promise<T>, otherwise: () => T): Promise<T> =>
  Promise.race([work, sleep(ANSWER_WITHIN_MS, undefined, { ref: false }).then(otherwise)]).catch(otherwise)

/** Who may see the page: whoever knows DOCTOR_KEY. An address is no proof: behind a reverse proxy everybody comes from
 *  127.0.0.1. */
export function createDoctorSession({ key, clock, db }: { key: string; clock: Clock; db: Pick<Db, 'tx'> }) {
  const tries = new Map<string, number>()
  /** Logged out here, until their time would be over: for as long as the database does not answer. */
  const ended = new Map<string, number>()
  let minute = 0

  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest()

  return {
    /** A token for the cookie; or why there is none. `address`: of the caller; ten tries a minute each. */
    open: async (given: string, address: string): Promise<{ token: string } | 'wrong' | 'too-many'> => {
      const now = Math.floor(clock.now() / MINUTE_MS)
      if (now !== minute) tries.clear()
      minute = now
      const count = (tries.get(address) ?? 0) + 1
      tries.set(address, count)
      if (count > TRIES_PER_MINUTE) return 'too-many'
      if (!timingSafeEqual(digest(given), digest(key))) return 'wrong'
      const begunAtMs = clock.now()
      const kept = db.tx((tx) => keptSessions.begin(tx, WHO, begunAtMs, 'doctor'))
      const id = await soon(kept, () => NOT_KEPT + randomText(12))
      return { token: signToken(key, PURPOSE, { id, until: begunAtMs + SESSION_MS }) }
    },
    isOpen: async (token: string | undefined): Promise<boolean> => {
      const { id, until } = readToken(key, PURPOSE, token) ?? {}
      const now = clock.now()
      if (typeof id !== 'string' || typeof until !== 'number' || now >= until || ended.has(id)) return false
      // Begun while the database was away.
      if (id.startsWith(NOT_KEPT)) return true
      // While the database is away the token alone counts.
      return soon(
        db.tx((tx) => keptSessions.isOpen(tx, id, now, 'doctor')),
        () => true,
      )
    },
    /** From now on this token opens nothing in any process, whoever has kept it. */
    end: async (token: string | undefined): Promise<void> => {
      const { id, until } = readToken(key, PURPOSE, token) ?? {}
      for (const [one, untilMs] of ended) if (untilMs <= clock.now()) ended.delete(one)
      if (typeof id !== 'string' || typeof until !== 'number') return
      ended.set(id, until)
      await soon(
        db.tx((tx) => keptSessions.end(tx, id, clock.now())),
        () => false,
      )
    },
  }
}
