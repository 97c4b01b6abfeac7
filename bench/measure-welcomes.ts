import { percentile } from './report.ts'

export interface Scanned {
  atMs: number
  externalUserId: string
  welcomeCode: string
}

interface WelcomeCall {
  body: unknown
  errcode: number | undefined
  /** When it was answered. */
  atMs: number
}

export interface Welcomes {
  scans: number
  welcomed: number
  /** Codes that were used only after their 20 s, and codes that nobody used. */
  late: number
  none: number
  /** Codes with more than one call. */
  doubled: number
  /** Welcomes with a picture and the group's code. */
  complete: number
  /** Callbacks that were answered 200 at the first try. */
  firstTry: number
  p50: number
  p99: number
  max: number
  /** From the first scan to the last welcome, seconds. */
  untilLastSec: number
  /** How far behind its pace the scanning itself was at worst. */
  worstLagMs: number
}

interface Sources {
  scanned: Scanned[]
  calls: WelcomeCall[]
  deliveries: readonly { tries: number; delivered: boolean }[]
  worstLagMs: number
}

/** From each scan to the platform's yes to its welcome. */
export function measureWelcomes({ scanned, calls, deliveries, worstLagMs }: Sources): Welcomes {
  const callsOf = new Map<string, WelcomeCall[]>()
  for (const call of calls) {
    const code = (call.body as { welcome_code?: string }).welcome_code ?? ''
    callsOf.set(code, [...(callsOf.get(code) ?? []), call])
  }
  const latencies: number[] = []
  let [late, none, doubled, complete, lastMs] = [0, 0, 0, 0, 0]
  for (const { welcomeCode, atMs } of scanned) {
    const own = callsOf.get(welcomeCode) ?? []
    if (own.length > 1) doubled += 1
    const yes = own.find((call) => call.errcode === 0)
    if (yes === undefined) {
      if (own.length > 0) late += 1
      else none += 1
      continue
    }
    latencies.push(yes.atMs - atMs)
    lastMs = Math.max(lastMs, yes.atMs)
    if (((yes.body as { attachments?: unknown[] }).attachments ?? []).length === 2) complete += 1
  }
  return {
    scans: scanned.length,
    welcomed: latencies.length,
    late,
    none,
    doubled,
    complete,
    firstTry: deliveries.filter((one) => one.delivered && one.tries === 1).length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
    untilLastSec: (lastMs - (scanned[0]?.atMs ?? lastMs)) / 1000,
    worstLagMs: Math.round(worstLagMs),
  }
}
