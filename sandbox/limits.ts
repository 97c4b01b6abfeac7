import { refuse } from './refusal.ts'

/** Per endpoint; writable while running. Docs 90454. */
export interface Limits {
  /** Default 10,000. */
  perMinute: number
  /** Default 150,000. */
  perHour: number
  /** Calls under way at once before 45033; default none. */
  concurrency: number
}

interface Window {
  startMs: number
  count: number
}

const roll = (window: Window, nowMs: number, lengthMs: number): Window =>
  nowMs - window.startMs < lengthMs ? window : { startMs: nowMs, count: 0 }

/** Counts calls per endpoint in fixed windows by the given clock; 45009 until the window has passed. */
export function createLimiter(limits: Limits) {
  const used = new Map<string, { minute: Window; hour: Window; underWay: number }>()
  const entryOf = (path: string, nowMs: number) => {
    let entry = used.get(path)
    if (!entry) {
      entry = { minute: { startMs: nowMs, count: 0 }, hour: { startMs: nowMs, count: 0 }, underWay: 0 }
      used.set(path, entry)
    }
    return entry
  }
  return {
    count: (path: string, nowMs: number): void => {
      const entry = entryOf(path, nowMs)
      entry.minute = roll(entry.minute, nowMs, 60_000)
      entry.hour = roll(entry.hour, nowMs, 3_600_000)
      entry.minute.count += 1
      entry.hour.count += 1
      if (entry.minute.count > limits.perMinute || entry.hour.count > limits.perHour) {
        refuse(45009, 'reach max api daily quota limit')
      }
    },
    enter: (path: string, nowMs: number): (() => void) => {
      const entry = entryOf(path, nowMs)
      if (entry.underWay >= limits.concurrency) refuse(45033, 'reach max api concurrent limit')
      entry.underWay += 1
      return () => {
        entry.underWay -= 1
      }
    },
  }
}
