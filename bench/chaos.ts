import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import { createDb } from '../server/db/db.ts'
import { systemClock } from '../server/kernel/clock.ts'
import { huoshuiEnv, startProgram, untilReady } from '../server/testing/start-program.ts'

export interface ChaosOptions {
  kills: number
  databaseUrl: string
  /** Customers scanned a second, and orders paid at half that rate. */
  perSecond: number
  onKill?: (nth: number) => void
}

export interface ChaosResult {
  kills: number
  /** Adds whose callback was answered 200, and those that the platform gave up on while we were down. */
  acknowledged: number
  neverAccepted: number
  /** Acknowledged adds without a customer in our tables. Must be empty. */
  lost: string[]
  /** Customers who received two welcomes, guides who received one to-do twice, and the like. Must be empty. */
  doubled: string[]
  welcomed: number
  /** Acknowledged, but no welcome reached the customer in its 20 s. */
  tooLate: number
  /** Of those, the ones whose record does not say so. Must be empty. */
  unexplained: string[]
  /** Kinds of events or actions that neither ended nor wait any more. Must be empty. */
  stuck: string[]
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Kills the server (SIGKILL) at random moments under load, starts it again each time, and then compares what the platform
 *  knows with what our tables say. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const sandbox = createSandbox({
    clock: systemClock,
    preset: 'brand',
    latencyMs: 20,
    retryDelaysMs: [1_000, 4_000],
    keepCalls: 1_000_000,
  })
  await sandbox.listen()
  const port = await freePort()
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-chaos-'))
  cpSync('config', configDir, { recursive: true })
  const env = { ...huoshuiEnv(sandbox.url, options.databaseUrl, configDir), PORT: String(port), LOG_LEVEL: 'fatal' }
  const url = `http://127.0.0.1:${port}`
  sandbox.connect(url)

  const start = async () => {
    const server = await startProgram('server/main.ts', { env: { ...env, LOG_LEVEL: 'info' } })
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
  await untilQuiet(options.databaseUrl)
  await server.stop()
  const result = await compare(sandbox, options, added)
  await sandbox.close()
  rmSync(configDir, { recursive: true, force: true })
  return result
}

/** A random moment of the work that follows: up to 12 more callbacks answered, then up to 60 ms; at most 3 s. */
async function someTraffic(sandbox: Sandbox): Promise<void> {
  const answered = (): number => sandbox.callbackLog().filter((delivery) => delivery.delivered).length
  const enough = answered() + Math.floor(Math.random() * 13)
  for (const until = Date.now() + 3_000; answered() < enough && Date.now() < until; ) await pause(5)
  await pause(Math.random() * 60)
}

async function untilCodesExist(sandbox: Sandbox): Promise<void> {
  while (sandbox.calls('add_contact_way').length < 3) await pause(200)
}

interface Added {
  externalUserId: string
  userId: string
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

const QUIET_PATIENCE_MS = 60_000

/** Waits until nothing is due any more, or until nothing has moved for a minute; what is left then counts as stuck. */
async function untilQuiet(databaseUrl: string): Promise<void> {
  const db = createDb(databaseUrl)
  let least = Number.POSITIVE_INFINITY
  let movedAt = Date.now()
  try {
    while (Date.now() - movedAt < QUIET_PATIENCE_MS) {
      const rows = await db.tx((tx) =>
        tx.rows<{ n: number }>(
          `SELECT COUNT(*) AS n FROM inbound_event WHERE state = 'new'
           UNION ALL SELECT COUNT(*) AS n FROM action WHERE state = 'running' OR (state = 'waiting' AND due_at <= ?)`,
          [Date.now() + 25_000],
        ),
      )
      const left = rows.reduce((sum, row) => sum + Number(row.n), 0)
      if (left === 0) return
      if (left < least) {
        least = left
        movedAt = Date.now()
      }
      await pause(500)
    }
  } finally {
    await db.close()
  }
}

async function compare(sandbox: Sandbox, options: ChaosOptions, added: Added[]): Promise<ChaosResult> {
  const db = createDb(options.databaseUrl)
  const rows = <T extends object>(sql: string) => db.tx((tx) => tx.rows<T>(sql))
  const follows = new Set((await rows<{ id: string }>('SELECT external_userid AS id FROM follow')).map((row) => row.id))
  const explained = new Map(
    (await rows<{ id: string; state: string }>('SELECT external_userid AS id, state FROM welcome')).map((row) => [
      row.id,
      row.state,
    ]),
  )
  const stuck = await rows<{ what: string }>(
    `SELECT kind AS what FROM inbound_event WHERE state IN ('new', 'dead')
     UNION ALL SELECT kind AS what FROM action WHERE state IN ('running', 'dead')`,
  )
  await db.close()

  const acknowledgedIds = new Set<string>()
  for (const delivery of sandbox.callbackLog()) {
    if (delivery.delivered)
      for (const [name, value] of delivery.fields) if (name === 'ExternalUserID') acknowledgedIds.add(String(value))
  }
  const acknowledged = added.filter((one) => acknowledgedIds.has(one.externalUserId))
  const welcomesOf = new Map<string, number>()
  for (const call of sandbox.calls('send_welcome_msg')) {
    if (call.errcode !== 0) continue
    const code = (call.body as { welcome_code: string }).welcome_code
    welcomesOf.set(code, (welcomesOf.get(code) ?? 0) + 1)
  }
  const doubled = [...welcomesOf].filter(([, n]) => n > 1).map(([code]) => `welcome ${code}`)
  for (const one of added) {
    const texts = sandbox.messagesOf(one.externalUserId).filter((message) => JSON.stringify(message).includes('"text"'))
    const distinct = new Set(texts.map((message) => JSON.stringify({ ...message, atMs: 0, id: 0 })))
    if (distinct.size !== texts.length) doubled.push(`message to ${one.externalUserId}`)
  }
  const created = sandbox.calls('add_contact_way').filter((call) => call.errcode === 0)
  const states = created.map((call) => (call.body as { state?: string }).state)
  if (new Set(states).size !== states.length) doubled.push('contact way')

  const late = acknowledged.filter((one) => !received(sandbox, one.externalUserId))
  return {
    kills: options.kills,
    acknowledged: acknowledged.length,
    neverAccepted: added.length - acknowledged.length,
    lost: acknowledged.filter((one) => !follows.has(one.externalUserId)).map((one) => one.externalUserId),
    doubled,
    welcomed: acknowledged.length - late.length,
    tooLate: late.length,
    unexplained: late
      .filter((one) => !explained.has(one.externalUserId) || explained.get(one.externalUserId) === 'sent')
      .map((one) => one.externalUserId),
    stuck: stuck.map((row) => row.what),
  }
}

const received = (sandbox: Sandbox, externalUserId: string): boolean => sandbox.messagesOf(externalUserId).length > 0
