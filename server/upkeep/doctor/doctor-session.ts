import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/kernel/clock.ts'
import { randomText } from '../../core/kernel/random.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { readToken, signToken } from '../../engine/http/session-token.ts'

export const SESSION_MS = 8 * HOUR_MS
const PURPOSE = 'doctor'
const TRIES_PER_MINUTE = 10

/** Who may see the page: whoever knows DOCTOR_KEY. An address is no proof: behind a reverse proxy everybody comes from
 *  127.0.0.1. */
export function createDoctorSession({ key, clock }: { key: string; clock: Clock }) {
  const tries = new Map<string, number>()
  /** Logged out, until their time would be over. */
  const ended = new Map<string, number>()
  let minute = 0

  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest()

  return {
    /** A token for the cookie; or why there is none. `address`: of the caller; ten tries a minute each. */
    open: (given: string, address: string): { token: string } | 'wrong' | 'too-many' => {
      const now = Math.floor(clock.now() / MINUTE_MS)
      if (now !== minute) tries.clear()
      minute = now
      const count = (tries.get(address) ?? 0) + 1
      tries.set(address, count)
      if (count > TRIES_PER_MINUTE) return 'too-many'
      if (!timingSafeEqual(digest(given), digest(key))) return 'wrong'
      return { token: signToken(key, PURPOSE, { id: randomText(12), until: clock.now() + SESSION_MS }) }
    },
    isOpen: (token: string | undefined): boolean => {
      const { id, until } = readToken(key, PURPOSE, token) ?? {}
      return typeof id === 'string' && typeof until === 'number' && clock.now() < until && !ended.has(id)
    },
    /** From now on this token opens nothing in this process, whoever has kept it. */
    end: (token: string | undefined): void => {
      const { id, until } = readToken(key, PURPOSE, token) ?? {}
      for (const [one, untilMs] of ended) if (untilMs <= clock.now()) ended.delete(one)
      if (typeof id === 'string' && typeof until === 'number') ended.set(id, until)
    },
  }
}
