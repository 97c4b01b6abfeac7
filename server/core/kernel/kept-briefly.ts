import type { Clock } from './clock.ts'

/** The same answer for everybody who asks within `ms` milliseconds, and one question while it is under way: how often
 *  strangers ask must not be what a database works for. With 0 nothing is kept, and
 *  those who ask while a question is under way still share it. A failure is kept for nobody. */
export function keptBriefly<Answer>(ms: number, clock: Clock, ask: () => Promise<Answer>): () => Promise<Answer> {
  let underWay: Promise<Answer> | undefined
  let kept: { answer: Answer; atMs: number } | undefined

  async function askAnew(): Promise<Answer> {
    try {
      const answer = await ask()
      kept = { answer, atMs: clock.now() }
      return answer
    } finally {
      underWay = undefined
    }
  }

  return async () => {
    // A clock that was put back keeps nothing for longer.
    if (kept !== undefined && Math.abs(clock.now() - kept.atMs) < ms) return kept.answer
    underWay ??= askAnew()
    return underWay
  }
}
