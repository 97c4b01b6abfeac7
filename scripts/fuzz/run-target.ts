import { createSeededRandom } from '../../sandbox/random.ts'
import { createMemoryWatch, type MemoryReport } from './memory-watch.ts'
import type { Bench, Target, Verdict } from './target.ts'

/** A case that went wrong, with the shortest input that still does. */
export interface Failure {
  target: string
  /** `--only <target> --seed <this> --count 1` makes the input again; undefined for one of the corpus. */
  seed: number | undefined
  wrong: string
  input: unknown
}

export interface Report {
  target: string
  tried: number
  failures: Failure[]
  /** How many ended how, most frequent first. */
  ended: [string, number][]
  seconds: number
  memory: MemoryReport
  figures: string[]
}

export interface RunOptions {
  seed: number
  count: number
  /** Inputs that failed once: played before all others. */
  corpus: readonly unknown[]
  onProgress?: (tried: number) => void
  /** The report is then of what was tried so far. */
  isStopped?: () => boolean
}

/** More would bury the first. */
const MOST_FAILURES = 10
const MOST_SHORTENINGS = 400

/** Plays the corpus, then `count` cases of which number n is made from seed + n. What a case throws is a failure of it. */
export async function runTarget(
  target: Target,
  { seed, count, corpus, onProgress, isStopped = () => false }: RunOptions,
): Promise<Report> {
  const began = performance.now()
  const bench = await target.open()
  const memory = createMemoryWatch(count)
  const ended = new Map<string, number>()
  const failures: Failure[] = []
  let tried = 0
  try {
    const stray = watchStrays()
    async function playAll(cases: readonly { seed: number | undefined; input: unknown }[]): Promise<void> {
      const inputs = cases.map(({ input }) => input)
      const verdicts = await playSafely(bench, inputs)
      const lost = stray.take()
      for (const [index, one] of cases.entries()) {
        const verdict: Verdict = verdicts[index] ?? { ended: 'no verdict', wrong: 'the bench gave no verdict' }
        ended.set(verdict.ended, (ended.get(verdict.ended) ?? 0) + 1)
        const wrong = verdict.wrong ?? (index === 0 ? lost : undefined)
        if (wrong === undefined || failures.length >= MOST_FAILURES) continue
        const input = await shortest(bench, one.input, wrong, isStopped)
        failures.push({ target: target.name, seed: one.seed, wrong, input })
      }
      tried += cases.length
    }
    for (const input of corpus) {
      if (isStopped()) break
      await playAll([{ seed: undefined, input }])
    }
    for (let done = 0; done < count && failures.length < MOST_FAILURES && !isStopped(); done += target.batch) {
      const seeds = Array.from({ length: Math.min(target.batch, count - done) }, (_, n) => seed + done + n)
      await playAll(seeds.map((one) => ({ seed: one, input: bench.make(createSeededRandom(one)) })))
      memory.look(done)
      onProgress?.(tried)
    }
    stray.close()
    return {
      target: target.name,
      tried,
      failures,
      ended: [...ended].sort(([, one], [, other]) => other - one),
      seconds: (performance.now() - began) / 1_000,
      memory: memory.report(),
      figures: bench.figures?.() ?? [],
    }
  } finally {
    await bench.close()
  }
}

/** One that throws must not hide which of its neighbours did not. */
async function playSafely(bench: Bench<unknown>, inputs: readonly unknown[]): Promise<Verdict[]> {
  try {
    return await bench.play(inputs)
  } catch (error) {
    if (inputs.length === 1) return [{ ended: 'threw', wrong: `threw ${told(error)}` }]
    const verdicts: Verdict[] = []
    for (const input of inputs) verdicts.push(...(await playSafely(bench, [input])))
    // What fails only in company fails all the same.
    if (verdicts.every(({ wrong }) => wrong === undefined)) {
      verdicts[0] = { ended: 'threw', wrong: `threw only together with others: ${told(error)}` }
    }
    return verdicts
  }
}

/** Numbers, ids and quoted texts differ from case to case. */
const kindOf = (wrong: string): string => wrong.replaceAll(/[\d"「」].*/gs, '').slice(0, 60)

async function shortest(
  bench: Bench<unknown>,
  input: unknown,
  wrong: string,
  isStopped: () => boolean,
): Promise<unknown> {
  let best = input
  let plays = 0
  let found = true
  while (found && plays < MOST_SHORTENINGS && !isStopped()) {
    found = false
    for (const shorter of bench.shorten(best)) {
      if (plays++ >= MOST_SHORTENINGS || isStopped()) break
      const [verdict] = await playSafely(bench, [shorter])
      if (verdict?.wrong === undefined || kindOf(verdict.wrong) !== kindOf(wrong)) continue
      best = shorter
      found = true
      break
    }
  }
  return best
}

const told = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))

/** Promises that nobody waited for, and what was thrown where nobody listens: in production they end the process. */
function watchStrays() {
  let first: string | undefined
  const hear = (error: unknown): void => {
    first ??= `nobody caught ${told(error)}`
  }
  process.on('unhandledRejection', hear)
  process.on('uncaughtException', hear)
  return {
    take: (): string | undefined => {
      const heard = first
      first = undefined
      return heard
    },
    close: (): void => {
      process.off('unhandledRejection', hear)
      process.off('uncaughtException', hear)
    },
  }
}
