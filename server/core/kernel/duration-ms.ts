import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './shanghai.ts'

const UNIT_MS: Record<string, number> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** `30s`, `10m`, `24h`, `3d` in milliseconds; a day is 24 hours. */
export function durationMs(duration: string): number {
  return Number(duration.slice(0, -1)) * (UNIT_MS[duration.slice(-1)] ?? 0)
}
