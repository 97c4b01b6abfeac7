import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { huoshuiEnv, runProgram, type Started, startProgram, untilReady } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { cpuTimeMs } from './cpu-time.ts'
import { median, type Report } from './report.ts'

interface Load {
  perSecond: number
  p99: number
  refused: number
  answered: number
}

export interface PeerOptions {
  seconds: number
  rounds: number
  connections: number
  mysql: string
}

/** Durable callbacks a second beside a Node user's usual way: node-easywechat in Express, once without a row and once with one
 *  row a callback in the same MariaDB. Rounds alternate. The ratio is ours over theirs. */
export async function benchPeer(options: PeerOptions, report: Report): Promise<void> {
  const emptyConfig = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  const [database, peerDatabase] = [await createTestDatabase(options.mysql), await createTestDatabase(options.mysql)]
  const bare = await startProgram('bench/peer-easywechat.ts')
  const rows = await startProgram('bench/peer-easywechat.ts', { env: { PEER_DATABASE_URL: peerDatabase.url } })
  const huoshui = await startProgram('server/main.ts', {
    env: huoshuiEnv('http://127.0.0.1:9', database.url, emptyConfig),
  })
  await untilReady(huoshui.url)
  const load = async (target: Started): Promise<Load & { cpuUs: number }> => {
    const before = cpuTimeMs(target.pid)
    const args = [target.url, String(options.seconds), String(options.connections)]
    const result = await runProgram<Load>('bench/callback-load.ts', args)
    return { ...result, cpuUs: ((cpuTimeMs(target.pid) - before) * 1_000) / result.answered }
  }
  const measured = { ours: [] as Load[], bare: [] as Load[], rows: [] as Load[] }
  const cpu = { ours: [] as number[], bare: [] as number[], rows: [] as number[] }
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, target] of Object.entries({ ours: huoshui, bare, rows }) as [
      'ours' | 'bare' | 'rows',
      Started,
    ][]) {
      const { cpuUs, ...one } = await load(target)
      measured[name].push(one)
      cpu[name].push(cpuUs)
    }
  }
  const rate = (name: keyof typeof measured): number => median(measured[name].map((one) => one.perSecond))
  const words = (name: keyof typeof measured): string =>
    `${rate(name).toFixed(0)}/s, p99 ${median(measured[name].map((one) => one.p99))} ms, ${median(cpu[name]).toFixed(0)} µs CPU`
  for (const [name, about] of [
    ['bare', 'that keeps nothing'],
    ['rows', 'with a row a callback'],
  ] as const) {
    report.add(`peer ${about}`, {
      figure: `${words('ours')}, durable`,
      limit: `node-easywechat in Express ${about}: ${words(name)}`,
      ratio: rate('ours') / rate(name),
      aim: 'state it',
      note: `${options.connections} connections, median of ${options.rounds} rounds of ${options.seconds} s, MariaDB; refused ${measured.ours.reduce((sum, one) => sum + one.refused, 0)} and ${measured[name].reduce((sum, one) => sum + one.refused, 0)}`,
    })
  }
  for (const program of [bare, rows, huoshui]) await program.stop()
  for (const one of [database, peerDatabase]) await one.drop()
  rmSync(emptyConfig, { recursive: true, force: true })
}
