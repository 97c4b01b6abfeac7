import { spawn } from 'node:child_process'
import type { Report } from './report.ts'
import { measureHuoshui, measureLimit, outcome, speed } from './welcome.ts'

export interface NeighbourOptions {
  /** Adds a second of the steady run, and for how long. */
  rate: number
  seconds: number
  /** Loops that never rest, each with the priority of everything else. */
  loops: number
  mysql: string | undefined
}

/** Keeps so many cores busy while `work` runs. */
async function beside<T>(loops: number, work: () => Promise<T>): Promise<T> {
  const neighbours = Array.from({ length: loops }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  try {
    return await work()
  } finally {
    for (const one of neighbours) one.kill('SIGKILL')
  }
}

/** A burst of 2,000 adds, and a steady pace, while other programs want every core as much as we do. The limit program has the
 *  same neighbours. On MariaDB, which has to share the cores as well. */
export async function benchNeighbour({ rate, seconds, loops, mysql }: NeighbourOptions, report: Report): Promise<void> {
  const database = mysql === undefined ? 'sqlite' : 'mariadb'
  const burst = { rate: 2_000, seconds: 1 }
  const steady = { rate, seconds }
  const note = (lagMs: number): string => `${loops} busy loops beside it; scanning late by ${lagMs} ms at worst`
  const limitBurst = await beside(loops, () => measureLimit(burst))
  const oursBurst = await measureHuoshui({ ...burst, backlog: 0, mysql, beside: (work) => beside(loops, work) })
  report.add(`neighbour burst ${database}`, {
    figure: `last welcome after ${oursBurst.untilLastSec.toFixed(1)} s; ${outcome(oursBurst)}`,
    limit: `last welcome after ${limitBurst.untilLastSec.toFixed(1)} s; ${outcome(limitBurst)}`,
    ratio: limitBurst.untilLastSec / oursBurst.untilLastSec,
    aim: 'all welcomed within their 20 s',
    note: [note(oursBurst.worstLagMs), ...oursBurst.notes].join('; '),
  })
  const limit = await beside(loops, () => measureLimit(steady))
  const ours = await measureHuoshui({ ...steady, backlog: 0, mysql, beside: (work) => beside(loops, work) })
  report.add(`neighbour welcome ${database}`, {
    figure: `${speed(ours)}; ${outcome(ours)}`,
    limit: `${speed(limit)}; ${outcome(limit)}`,
    ratio: limit.p99 / ours.p99,
    aim: 'p99 ≤ 1,500 ms, all welcomed',
    note: [`${rate} adds/s for ${seconds} s`, note(ours.worstLagMs), ...ours.notes].join('; '),
  })
}
