const DAYS_PER: Record<string, number> = { s: 1 / 86_400, m: 1 / 1_440, h: 1 / 24, d: 1 }

/** `90m` in days. */
export const durationDays = (duration: string): number =>
  Number.parseInt(duration, 10) * (DAYS_PER[duration.slice(-1)] ?? 1)
