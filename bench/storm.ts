import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createSeededRandom } from '../sandbox/random.ts'
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import type { Clock } from '../server/kernel/clock.ts'
import { MINUTE_MS, shanghaiParts } from '../server/kernel/shanghai.ts'
import { huoshuiEnv, startProgram, untilReady } from '../server/testing/start-program.ts'
import { openTcpGate } from '../server/testing/tcp-gate.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { freePort, untilCodesExist } from './chaos.ts'
import { isClean, judge, untilQuiet, type Verdict } from './chaos-judge.ts'
import { fastClock } from './fast-clock.ts'
import { isStormClean, judgeStorm, type StormFacts } from './storm-judge.ts'
import { startStormLife } from './storm-life.ts'

export interface StormOptions {
  /** Simulated. */
  minutes: number
  /** Simulated seconds to a real one. */
  speed: number
  seed: number
  /** mysql server URL; SQLite without. */
  mysql: string | undefined
  perSecond: number
  say?: (line: string) => void
}
export interface StormResult extends Verdict, StormFacts {
  simulatedMinutes: number
  realSeconds: number
  kills: number
  databaseCuts: number
  callsStruck: number
  callbacksDropped: number
}
export const isCalm = (result: StormResult): boolean => isClean(result) && isStormClean(result)

/** Real time between two kills, and between two cuts of the database. */
const KILL_EVERY_MS: readonly [number, number] = [12_000, 22_000]
const CUT_EVERY_MS: readonly [number, number] = [20_000, 40_000]
const CUT_FOR_MS: readonly [number, number] = [800, 3_500]

/** `2026-11-22 10:05` in Shanghai, so many minutes from now. */
function shanghaiMinute(clock: Clock, minutes: number): string {
  const { year, month, day, hour, minute } = shanghaiParts(clock.now() + minutes * MINUTE_MS)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`
}

/** The shipped rules, and two mass sends in the middle of it all. */
function writeRules(clock: Clock, minutes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-storm-'))
  cpSync('config', folder, { recursive: true })
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
  return folder
}

function breakEverything(sandbox: Sandbox, seed: number): void {
  sandbox.faults.schedule({
    seed,
    callbacks: { drop: 0.03, duplicate: 0.1, shuffle: 0.2, stretch: 30, delay: 0.05, delayMs: 30_000 },
  })
  sandbox.setMoods({ groupLagMs: 5_000, tagLagMs: 5_000, resultLagMs: 60_000, rivalWins: 0.05, rivalSends: 0.05 })
}

/** Thirty minutes in which everything goes wrong: every fault of calls and callbacks by seed, rivals, lags, accounts with faults, the
 *  server killed (-9), the database cut off; then peace, and a comparison of what the platform knows with what our tables say. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { minutes, speed, seed, mysql, perSecond, say = () => undefined } = options
  const began = Date.now()
  const clock = fastClock(began, speed)
  const random = createSeededRandom(seed)
  const between = ([least, most]: readonly [number, number]): number => least + random.int(most - least)
  const database = await createTestDatabase(mysql ?? '')
  const direct = new URL(database.url.replace(/^sqlite:/, 'sqlite://'))
  const gate =
    mysql === undefined ? undefined : await openTcpGate({ host: direct.hostname, port: Number(direct.port || 3306) })
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
  const configDir = writeRules(clock, minutes)
  const url = `http://127.0.0.1:${port}`
  const env = {
    ...huoshuiEnv(sandbox.url, seenUrl, configDir),
    PORT: String(port),
    LOG_LEVEL: 'fatal',
    STORM_EPOCH_MS: String(began),
    STORM_SPEED: String(speed),
  }
  const start = async () => {
    const server = await startProgram('bench/storm-server.ts', { env })
    await untilReady(url)
    return server
  }
  sandbox.connect(url)
  let server = await start()
  await untilCodesExist(sandbox)
  say(`up after ${((Date.now() - began) / 1_000).toFixed(0)} s; now everything breaks`)
  breakEverything(sandbox, seed)
  const life = startStormLife(sandbox, { perSecond, seed })

  let databaseCuts = 0
  let isStorming = true
  const cutting = (async () => {
    for (let nextAt = Date.now() + between(CUT_EVERY_MS); isStorming && gate; await pause(100)) {
      if (Date.now() < nextAt) continue
      gate.shut()
      databaseCuts += 1
      await pause(between(CUT_FOR_MS))
      gate.open()
      nextAt = Date.now() + between(CUT_EVERY_MS)
    }
  })()
  let kills = 0
  const guides = [...sandbox.world.staff.keys()]
  const endsAt = Date.now() + (minutes * MINUTE_MS) / speed
  for (let nextAt = Date.now() + between(KILL_EVERY_MS); Date.now() < endsAt; await pause(100)) {
    if (Date.now() < nextAt) continue
    await server.kill()
    kills += 1
    const troubled = random.pick(guides)
    sandbox.setStaffState({ userId: troubled, state: random.pick(['unlicensed', 'dormant', 'limited'] as const) })
    server = await start()
    sandbox.setStaffState({ userId: troubled })
    say(`${kills} kills, ${databaseCuts} cuts, ${life.added.length} customers`)
    nextAt = Date.now() + between(KILL_EVERY_MS)
  }
  isStorming = false
  await cutting
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
    callsStruck,
    callbacksDropped: sandbox.callbackLog().filter((delivery) => delivery.dropped).length,
    ...(await judge(sandbox, database.url, life.added)),
    ...(await judgeStorm(sandbox, database.url, life.ordersTaken)),
  }
  await sandbox.close()
  await gate?.close()
  await database.drop()
  rmSync(configDir, { recursive: true, force: true })
  return result
}
