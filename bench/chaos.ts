import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import { huoshuiEnv, startProgram, untilReady } from '../server/testing/start-program.ts'
import { type Added, judge, untilQuiet, type Verdict } from './chaos-judge.ts'
import { fastClock } from './fast-clock.ts'
import { freePort } from './free-port.ts'

export interface ChaosOptions {
  kills: number
  databaseUrl: string
  /** Customers scanned a second, and orders paid at half that rate. */
  perSecond: number
  /** Seconds of the server and the platform to a real one: what a killed one had begun is free after its lease. 1 unless said. */
  speed?: number
  onKill?: (nth: number) => void
}

export interface ChaosResult extends Verdict {
  kills: number
}

/** Kills the server (SIGKILL) at random moments under load, starts it again each time, and then compares what the platform
 *  knows with what our tables say. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { speed = 1 } = options
  const began = Date.now()
  const clock = fastClock(began, speed)
  const sandbox = createSandbox({
    clock,
    preset: 'brand',
    latencyMs: 20,
    retryDelaysMs: [1_000 / speed, 4_000 / speed],
    keepCalls: 1_000_000,
  })
  await sandbox.listen()
  const port = await freePort()
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-chaos-'))
  cpSync('config', configDir, { recursive: true })
  const env = {
    ...huoshuiEnv(sandbox.url, options.databaseUrl, configDir),
    PORT: String(port),
    FAST_EPOCH_MS: String(began),
    FAST_SPEED: String(speed),
  }
  const url = `http://127.0.0.1:${port}`
  sandbox.connect(url)

  const start = async () => {
    const server = await startProgram(speed === 1 ? 'server/main.ts' : 'bench/fast-server.ts', { env })
    await untilReady(url)
    return server
  }
  let server = await start()
  await untilCodesExist(sandbox)
  let isUp = true
  const load = startLoad(sandbox, options.perSecond, () => isUp)
  for (let nth = 1; nth <= options.kills; nth++) {
    await someTraffic(sandbox)
    await server.kill()
    isUp = false
    options.onKill?.(nth)
    server = await start()
    isUp = true
  }
  const added = await load.stop()
  await sandbox.settle()
  await untilQuiet(options.databaseUrl, clock)
  await server.stop()
  const verdict = await judge(sandbox, options.databaseUrl, added)
  await sandbox.close()
  rmSync(configDir, { recursive: true, force: true })
  return { kills: options.kills, ...verdict }
}

/** A random moment of the work that follows: up to 12 more callbacks answered, then up to 60 ms; at most 3 s. */
async function someTraffic(sandbox: Sandbox): Promise<void> {
  const answered = (): number => sandbox.callbackLog().filter((delivery) => delivery.delivered).length
  const enough = answered() + Math.floor(Math.random() * 13)
  for (const until = Date.now() + 3_000; answered() < enough && Date.now() < until; ) await pause(5)
  await pause(Math.random() * 60)
}

export async function untilCodesExist(sandbox: Sandbox): Promise<void> {
  while (sandbox.calls('add_contact_way').length < 3) await pause(200)
}

/** Rests while the server is down, apart from what was on its way: what matters is what it had answered when it died. */
function startLoad(sandbox: Sandbox, perSecond: number, isUp: () => boolean) {
  const added: Added[] = []
  let going = true
  const run = (async () => {
    for (let n = 0; going; n++) {
      await pause(1_000 / perSecond)
      if (!isUp()) continue
      added.push(await sandbox.scan({ state: 'package-card', name: `客户${n}` }))
      const buyer = added[Math.floor(added.length / 2)]
      if (n % 2 === 0 && buyer !== undefined) {
        const order = {
          orderId: `chaos-${n}`,
          status: 'paid' as const,
          externalUserId: buyer.externalUserId,
          totalFen: 9_900,
        }
        await sandbox.order(order).catch(() => undefined)
      }
    }
  })()
  return {
    stop: async () => {
      going = false
      await run
      return added
    },
  }
}
