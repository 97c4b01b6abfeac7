/** Where "now" comes from. Instants are UTC milliseconds. Everything that asks for the time takes a Clock. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is moved; for tests, previews and replays. */
export interface SettableClock extends Clock {
  set(instantMs: number): void
  advance(ms: number): void
}

/** `start`: UTC milliseconds, or an ISO 8601 text with offset. */
export function createSettableClock(start: number | string): SettableClock {
  let current = typeof start === 'number' ? start : Date.parse(start)
  return {
    now: () => current,
    set: (instantMs) => {
      current = instantMs
    },
    advance: (ms) => {
      current += ms
    },
  }
}
