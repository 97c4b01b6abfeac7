import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { systemClock } from '../../server/core/kernel/clock.ts'
import { huoshuiEnv, type Started, startProgram, untilReady } from '../../server/testing/start-program.ts'
import { untilCodesExist } from '../chaos.ts'
import { type Added, judge, untilQuiet, type Verdict } from '../chaos-judge.ts'
import { freePort } from '../free-port.ts'
import { sealCallback } from '../seal-callback.ts'
import { type Haproxy, startHaproxy } from './haproxy.ts'

export interface RunResult extends Verdict {
  run: string
  seconds: number
  /** Codes that we tried more than once: the outcome of the first was not known. WeCom refuses the second. */
  codesTriedTwice: number
  /** Longest time in which no callback was taken; ms. */
  darkMs: number
  /** Callbacks that were not taken at the first try. */
  refused: number
}

export interface SceneOptions {
  databasePorts: number[]
  cutsSessions?: boolean
  /** As DATABASE_URL of the servers; default: behind HAProxy. */
  databaseUrl?: (haproxy: Haproxy) => string
  /** Environment of one server, by its place. */
  envOf?: (nth: number) => Record<string, string>
}

const PROCESSES = 3
const PER_SECOND = 6
const PROBE_EVERY_MS = 100
const PROBE_PATIENCE_MS = 5_000

export interface Scene {
  haproxy: Haproxy
  kill(nth: number): Promise<void>
  start(nth: number): Promise<void>
  freeze(nth: number): void
  thaw(nth: number): void
  /** Load for so long, with what `strike` does in the middle of it; then quiet, and what the platform knows beside our tables.
   *  `writerUrl`: the database as it is then. */
  play(run: string, seconds: number, strike: () => Promise<void>, writerUrl: () => string): Promise<RunResult>
  close(): Promise<void>
}

/** Three servers on one database, HAProxy before both, a platform that knows all that happened. */
export async function openScene({ databasePorts, cutsSessions, databaseUrl, envOf }: SceneOptions): Promise<Scene> {
  const serverPorts = await Promise.all(Array.from({ length: PROCESSES }, freePort))
  const haproxy = await startHaproxy({
    databasePorts,
    serverPorts,
    ...(cutsSessions === undefined ? {} : { cutsSessions }),
  })
  const sandbox = createSandbox({
    clock: systemClock,
    preset: 'brand',
    latencyMs: 20,
    retryDelaysMs: [1_000, 3_000, 5_000],
    keepCalls: 1_000_000,
  })
  await sandbox.listen()
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-cluster-'))
  cpSync('config', configDir, { recursive: true })
  const url = databaseUrl?.(haproxy) ?? `mysql://guide@127.0.0.1:${haproxy.databasePort}/shop`
  const servers: (Started | undefined)[] = []
  const start = async (nth: number): Promise<void> => {
    const env = {
      ...huoshuiEnv(sandbox.url, url, configDir),
      PORT: String(serverPorts[nth]),
      LOG_LEVEL: process.env.CLUSTER_LOG ?? 'info',
      REQUESTS_PER_ADDRESS: '0',
      ...envOf?.(nth),
    }
    const onLine = (line: string): void => {
      if (process.env.CLUSTER_LOG !== undefined) process.stderr.write(`[${nth}] ${line}\n`)
    }
    servers[nth] = await startProgram('server/main.ts', { env, onLine })
    await untilReady(`http://127.0.0.1:${serverPorts[nth]}`)
  }
  await Promise.all(serverPorts.map((_port, nth) => start(nth)))
  await untilReady(haproxy.frontUrl)
  sandbox.connect(haproxy.frontUrl)
  await untilCodesExist(sandbox)
  const pidOf = (nth: number): number => servers[nth]?.pid ?? 0

  return {
    haproxy,
    kill: async (nth) => void (await servers[nth]?.kill()),
    start,
    freeze: (nth) => void process.kill(pidOf(nth), 'SIGSTOP'),
    thaw: (nth) => void process.kill(pidOf(nth), 'SIGCONT'),
    play: async (run, seconds, strike, writerUrl) => {
      const before = { deliveries: sandbox.callbackLog().length, calls: sandbox.calls('send_welcome_msg').length }
      const load = startLoad(sandbox, run)
      const probe = startProbe(haproxy.frontUrl, run)
      await Promise.all([pause(seconds * 1_000), pause(4_000).then(strike)])
      const added = await load.stop()
      const dark = await probe.stop()
      await sandbox.settle()
      await untilQuiet(writerUrl(), systemClock)
      const verdict = await judge(sandbox, writerUrl(), added)
      const deliveries = sandbox.callbackLog().slice(before.deliveries)
      const codes = sandbox
        .calls('send_welcome_msg')
        .slice(before.calls)
        .map((call) => (call.body as { welcome_code: string }).welcome_code)
      return {
        run,
        seconds,
        codesTriedTwice: codes.length - new Set(codes).size,
        darkMs: dark,
        refused: deliveries.filter((one) => !one.delivered).length,
        ...verdict,
      }
    },
    close: async () => {
      for (const server of servers) if (server !== undefined) process.kill(server.pid, 'SIGCONT')
      await Promise.all(servers.map((server) => server?.kill()))
      haproxy.close()
      await sandbox.close()
      rmSync(configDir, { recursive: true, force: true })
    },
  }
}

/** Customers add at an even pace, whatever happens, and one in four orders. */
function startLoad(sandbox: Sandbox, run: string) {
  const added: Added[] = []
  let going = true
  const paying = new Set<Promise<unknown>>()
  const running = (async () => {
    for (let n = 0; going; n++) {
      await pause(1_000 / PER_SECOND)
      added.push(await sandbox.scan({ state: 'package-card', name: `${run}${n}` }))
      const buyer = added[Math.floor(added.length / 2)]
      if (n % 4 !== 0 || buyer === undefined) continue
      const order = {
        orderId: `${run}-${n}`,
        status: 'paid' as const,
        externalUserId: buyer.externalUserId,
        totalFen: 9_900,
      }
      const paid = sandbox.order(order).catch(() => undefined)
      paying.add(paid)
      void paid.finally(() => paying.delete(paid))
    }
  })()
  return {
    stop: async (): Promise<Added[]> => {
      going = false
      await running
      await Promise.all(paying)
      return added
    },
  }
}

/** Sends a callback ten times a second, whatever became of those before; gives the longest time in which none was taken. */
function startProbe(frontUrl: string, run: string) {
  let takenAtMs = performance.now()
  let darkMs = 0
  let n = 0
  const under = new Set<Promise<void>>()
  const one = async (): Promise<void> => {
    const { path, body } = sealCallback('bench_only', `${run}${process.pid}`, n++)
    const answer = await fetch(`${frontUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body,
      signal: AbortSignal.timeout(PROBE_PATIENCE_MS),
    }).catch(() => undefined)
    await answer?.arrayBuffer().catch(() => undefined)
    if (answer?.ok !== true) return
    const now = performance.now()
    darkMs = Math.max(darkMs, now - takenAtMs)
    takenAtMs = now
  }
  const timer = setInterval(() => {
    const asked = one()
    under.add(asked)
    void asked.finally(() => under.delete(asked))
  }, PROBE_EVERY_MS)
  return {
    stop: async (): Promise<number> => {
      clearInterval(timer)
      await Promise.all(under)
      return Math.round(Math.max(darkMs, performance.now() - takenAtMs))
    },
  }
}
