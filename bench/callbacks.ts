import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { huoshuiEnv, runProgram, type Started, startProgram, untilReady } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { cpuTimeMs } from './cpu-time.ts'
import { median, type Report } from './report.ts'

interface Load {
  perSecond: number
  p50: number
  p99: number
  max: number
  refused: number
  repeated: boolean
  answered: number
}

interface Measured extends Load {
  cpuUs: number
}

export interface CallbackOptions {
  seconds: number
  rounds: number
  connections: number
  /** mysql server URL, or undefined for SQLite only. */
  mysql: string | undefined
}

/** Durable callbacks a second, and the time each takes, beside a handler that only verifies and decrypts. Rounds alternate, so
 *  that a noisy neighbour hits both. */
export async function benchCallbacks(options: CallbackOptions, report: Report): Promise<void> {
  const limit = await startProgram('bench/limit-callback.ts')
  const emptyConfig = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  const load = async (target: Started): Promise<Measured> => {
    const before = cpuTimeMs(target.pid)
    const result = await runProgram<Load>('bench/callback-load.ts', [
      target.url,
      String(options.seconds),
      String(options.connections),
    ])
    return { ...result, cpuUs: ((cpuTimeMs(target.pid) - before) * 1_000) / result.answered }
  }

  for (const server of [undefined, options.mysql]) {
    if (server === undefined && options.mysql !== undefined && report.has('callbacks sqlite')) continue
    const database = await createTestDatabase(server ?? '')
    const name = database.url.startsWith('mysql') ? 'mariadb' : 'sqlite'
    const huoshui = await startProgram('server/main.ts', {
      env: huoshuiEnv('http://127.0.0.1:9', database.url, emptyConfig),
    })
    await untilReady(huoshui.url)
    const ours: Measured[] = []
    const limits: Measured[] = []
    for (let round = 0; round < options.rounds; round++) {
      limits.push(await load(limit))
      ours.push(await load(huoshui))
    }
    const middle = (loads: Measured[], pick: (one: Measured) => number): number => median(loads.map(pick))
    report.add(`callbacks ${name}`, {
      figure: `${middle(ours, (one) => one.perSecond).toFixed(0)} durable callbacks/s, p50 ${middle(ours, (one) => one.p50)} ms, p99 ${middle(ours, (one) => one.p99)} ms`,
      limit: `${middle(limits, (one) => one.perSecond).toFixed(0)} verify-and-decrypt-only/s, p99 ${middle(limits, (one) => one.p99)} ms`,
      ratio: middle(ours, (one) => one.perSecond) / middle(limits, (one) => one.perSecond),
      aim: name === 'sqlite' ? '≥ 0.70' : '≥ 0.50',
      note: `${options.connections} connections, median of ${options.rounds} rounds of ${options.seconds} s; CPU ${middle(ours, (one) => one.cpuUs).toFixed(0)} µs a callback against ${middle(limits, (one) => one.cpuUs).toFixed(0)} µs; refused ${ours.reduce((sum, one) => sum + one.refused, 0)}`,
    })
    await huoshui.stop()
    await database.drop()
    if (options.mysql === undefined) break
  }
  await limit.stop()
  rmSync(emptyConfig, { recursive: true, force: true })
}
