import type { Clock } from '../server/core/kernel/clock.ts'

/** A clock that runs `speed` times as fast since `epochMs`; every process with the same two reads the same time. */
export const fastClock = (epochMs: number, speed: number): Clock => ({
  now: () => Math.floor(epochMs + (Date.now() - epochMs) * speed),
})
