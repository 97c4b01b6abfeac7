import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/kernel/app-error.ts'

/** So long an answer of «too many» is kept back: whoever asks on many connections, again as soon as each is answered, then
 *  costs next to nothing. */
const HELD_MS = 1_000
/** Beyond so many at once they are answered straight away: held requests take memory. */
const MOST_HELD = 2_000

let held = 0

/** For those who get their answer all the same. */
export async function keepWaiting(): Promise<void> {
  if (held >= MOST_HELD) return
  held += 1
  await sleep(HELD_MS, undefined, { ref: false }).finally(() => {
    held -= 1
  })
}

/** Throws http.too-many (429), after a while. */
export async function holdBack(): Promise<never> {
  await keepWaiting()
  throw new AppError('http.too-many', 'too many requests', { status: 429, zh: '操作太快了，请过几秒再试。' })
}
