export interface BrakeOptions {
  /** Granted in a row before anything is held back. */
  burst: number
  /** Granted a second after that. */
  perSecond: number
  /** Monotonic milliseconds; the machine's own, since a brake is about load and not about what day it is. */
  nowMs?: () => number
}

interface Bucket {
  left: number
  atMs: number
}

/** Beyond so many callers at once those who are new share one bucket: a flood from everywhere must not fill the memory. */
const MOST_CALLERS = 20_000
const THE_REST = ''

/** So much a second for each caller, and a burst before it (a token bucket). In memory of this process. */
export function createBrake({ burst, perSecond, nowMs = () => performance.now() }: BrakeOptions) {
  const buckets = new Map<string, Bucket>()
  let sweptAtMs = 0

  function bucketOf(caller: string, now: number): Bucket {
    const known = buckets.get(caller)
    if (known !== undefined) return known
    if (buckets.size >= MOST_CALLERS) sweep(now)
    const key = buckets.size >= MOST_CALLERS ? THE_REST : caller
    const fresh = buckets.get(key) ?? { left: burst, atMs: now }
    buckets.set(key, fresh)
    return fresh
  }

  /** Whose bucket is full again needs none. */
  function sweep(now: number): void {
    const fullAfterMs = (burst / perSecond) * 1_000
    if (now - sweptAtMs < fullAfterMs / 4) return
    sweptAtMs = now
    for (const [caller, { atMs }] of buckets) if (now - atMs >= fullAfterMs) buckets.delete(caller)
  }

  return {
    /** True: granted. */
    take: (caller: string): boolean => {
      const now = nowMs()
      const bucket = bucketOf(caller, now)
      bucket.left = Math.min(burst, bucket.left + ((now - bucket.atMs) / 1_000) * perSecond)
      bucket.atMs = now
      if (bucket.left < 1) return false
      bucket.left -= 1
      return true
    },
    callers: (): number => buckets.size,
  }
}
export type Brake = ReturnType<typeof createBrake>
