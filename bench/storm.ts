import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ODD_CALLS } from '../sandbox/fault-schedule.ts'
import { createSeededRandom } from '../sandbox/random.ts'
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import type { Clock } from '../server/core/kernel/clock.ts'
import { MINUTE_MS, shanghaiParts } from '../server/core/kernel/shanghai.ts'
import { huoshuiEnv, startProgram, untilReady } from '../server/testing/start-program.ts'
import { openTcpGate } from '../server/testing/tcp-gate.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { untilCodesExist } from './chaos.ts'
import { isClean, judge, untilQuiet, type Verdict } from './chaos-judge.ts'
import { fastClock } from './fast-clock.ts'
import { freePort } from './free-port.ts'
import { startPrivateMariadb } from './private-mariadb.ts'
import { isStormClean, judgeStorm, type StormFacts } from './storm-judge.ts'
import { startStormLife } from './storm-life.ts'

export interface StormOptions {
  /** Simulated. */
  minutes: number
  /** Simulated seconds to a real one. */
  speed: number
  seed: number
  database: 'sqlite' | 'mariadb'
  perSecond: number
  /** A quarter of all answers is not as documented. */
  isOdd?: boolean
  say?: (line: string) => void
}
export interface StormResult extends Verdict, StormFacts {
  simulatedMinutes: number
  realSeconds: number
  kills: number
  /** Of connections. SQLite has none. */
  databaseCuts: number
  /** kill -9 of the database server and a new start on the same data. SQLite has no process of its own. */
  databaseRestarts: number
  callsStruck: number
  callbacksDropped: number
}
export const isCalm = (result: StormResult): boolean => isClean(result) && isStormClean(result)

/** Real time between two kills, between two cuts of the database's connections, and between two kills of the database itself. */
const KILL_EVERY_MS: readonly [number, number] = [12_000, 22_000]
const CUT_EVERY_MS: readonly [number, number] = [20_000, 40_000]
const CUT_FOR_MS: readonly [number, number] = [800, 3_500]
const RESTART_EVERY_MS: readonly [number, number] = [12_000, 25_000]
const RESTART_AWAY_MS: readonly [number, number] = [0, 1_500]

/** `2026-11-22 10:05` in Shanghai, so many minutes from now. */
function shanghaiMinute(clock: Clock, minutes: number): string {
  const { year, month, day, hour, minute } = shanghaiParts(clock.now() + minutes * MINUTE_MS)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`
}

/** The shipped rules. */
function writeRules(): string {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-storm-'))
  cpSync('config', folder, { recursive: true })
  // It may be night outside: what is put off until the morning is not tried.
  const policy = readFileSync(join(folder, 'policy.yaml'), 'utf8')
  writeFileSync(join(folder, 'policy.yaml'), policy.replace(/^quiet:.*$/m, ''))
  return folder
}

/** Two mass sends in the middle of it all. */
function writeSends(folder: string, clock: Clock, minutes: number): void {
  for (const [n, share] of [0.35, 0.65].entries()) {
    const at = shanghaiMinute(clock, Math.max(2, Math.round(minutes * share)))
    const lines = [
      `send: 风暴${n}`,
      `at: "${at}"`,
      'audience:',
      '  follow.active: true',
      'content:',
      `  text: 风暴里的第${n}条`,
    ]
    writeFileSync(join(folder, 'sends', `风暴${n}.yaml`), `${lines.join('\n')}\n`)
  }
}

function breakEverything(sandbox: Sandbox, seed: number, isOdd: boolean): void {
  sandbox.faults.schedule({
    seed,
    ...(isOdd ? { calls: ODD_CALLS } : {}),
    callbacks: { drop: 0.03, duplicate: 0.1, shuffle: 0.2, stretch: 30, delay: 0.05, delayMs: 30_000 },
  })
  sandbox.setMoods({ groupLagMs: 5_000, tagLagMs: 5_000, resultLagMs: 60_000, rivalWins: 0.05, rivalSends: 0.05 })
}

/** Thirty minutes in which everything goes wrong: every fault of calls and callbacks by seed, rivals, lags, accounts with faults, the
 *  server killed (-9), the database killed (-9) and cut off; then peace, and a comparison of what the platform knows with what our tables say. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { minutes, speed, seed, perSecond, say = () => undefined } = options
  const began = Date.now()
  const clock = fastClock(began, speed)
  const random = createSeededRandom(seed)
  const between = ([least, most]: readonly [number, number]): number => least + random.int(most - least)
  const mariadb = options.database === 'mariadb' ? await startPrivateMariadb() : undefined
  const database = await createTestDatabase(mariadb?.url ?? '')
  const direct = new URL(database.url.replace(/^sqlite:/, 'sqlite://'))
  const gate = mariadb && (await openTcpGate({ host: direct.hostname, port: Number(direct.port) }))
  const seenUrl = gate === undefined ? database.url : database.url.replace(direct.host, `127.0.0.1:${gate.port}`)
  const sandbox = createSandbox({
    clock,
    seed,
    preset: 'brand',
    latencyMs: 20,
    retryDelaysMs: [300, 900],
    keepCalls: 1_000_000,
  })
  await sandbox.listen()
  const port = await freePort()
  const configDir = writeRules()
  const url = `http://127.0.0.1:${port}`
  const env = {
    ...huoshuiEnv(sandbox.url, seenUrl, configDir),
    PORT: String(port),
    LOG_LEVEL: 'fatal',
    FAST_EPOCH_MS: String(began),
    FAST_SPEED: String(speed),
  }
  const start = async () => {
    const server = await startProgram('bench/fast-server.ts', { env })
    await untilReady(url)
    return server
  }
  sandbox.connect(url)
  let server = await start()
  await untilCodesExist(sandbox)
  writeSends(configDir, clock, minutes)
  say(`up after ${((Date.now() - began) / 1_000).toFixed(0)} s; now everything breaks`)
  breakEverything(sandbox, seed, options.isOdd === true)
  const life = startStormLife(sandbox, { perSecond, seed })

  const endsAt = Date.now() + (minutes * MINUTE_MS) / speed
  const untilPeace = async (every: readonly [number, number], strike: () => Promise<void>): Promise<void> => {
    for (let nextAt = Date.now() + between(every); Date.now() < endsAt; await pause(100)) {
      if (Date.now() < nextAt) continue
      await strike()
      nextAt = Date.now() + between(every)
    }
  }
  let [kills, databaseCuts, databaseRestarts] = [0, 0, 0]
  const guides = [...sandbox.world.staff.keys()]
  const killServer = async (): Promise<void> => {
    await server.kill()
    kills += 1
    const troubled = random.pick(guides)
    sandbox.setStaffState({ userId: troubled, state: random.pick(['unlicensed', 'dormant', 'limited'] as const) })
    server = await start()
    sandbox.setStaffState({ userId: troubled })
    say(`${kills} kills, ${databaseCuts} cuts, ${databaseRestarts} restarts, ${life.added.length} customers`)
  }
  const strikes = [untilPeace(KILL_EVERY_MS, killServer)]
  if (mariadb !== undefined) {
    const restart = async (): Promise<void> => {
      await mariadb.restart(between(RESTART_AWAY_MS))
      databaseRestarts += 1
    }
    strikes.push(untilPeace(RESTART_EVERY_MS, restart))
  }
  if (gate !== undefined) {
    const cut = async (): Promise<void> => {
      gate.shut()
      databaseCuts += 1
      await pause(between(CUT_FOR_MS))
      gate.open()
    }
    strikes.push(untilPeace(CUT_EVERY_MS, cut))
  }
  await Promise.all(strikes)
  sandbox.faults.clear()
  sandbox.setMoods({ groupLagMs: 0, tagLagMs: 0, resultLagMs: 0, rivalWins: 0, rivalSends: 0 })
  await life.stop()
  // What comes late comes now.
  await sandbox.moveClock({ ms: MINUTE_MS })
  const stormedUntil = clock.now()
  say('peace; waiting until all is done')
  await untilQuiet(database.url, clock)
  await server.stop()
  const callsStruck = sandbox.calls().filter((call) => call.errcode !== 0).length
  const result = {
    simulatedMinutes: Math.round((stormedUntil - began) / MINUTE_MS),
    realSeconds: Math.round((Date.now() - began) / 1_000),
    kills,
    databaseCuts,
    databaseRestarts,
    callsStruck,
    callbacksDropped: sandbox.callbackLog().filter((delivery) => delivery.dropped).length,
    ...(await judge(sandbox, database.url, life.added)),
    ...(await judgeStorm(sandbox, database.url, life.ordersTaken)),
  }
  await sandbox.close()
  await gate?.close()
  await database.drop()
  await mariadb?.close()
  rmSync(configDir, { recursive: true, force: true })
  return result
}
