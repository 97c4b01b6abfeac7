import { setTimeout as pause } from 'node:timers/promises'
import Fastify from 'fastify'
import { putFollow } from '../sandbox/relations.ts'
import { createSandbox } from '../sandbox/sandbox.ts'
import { systemClock } from '../server/core/kernel/clock.ts'
import { measureWelcomes, type Scanned } from './measure-welcomes.ts'

/** The platform of the welcome figures, a process of its own: the demo brand, every call answered after 100 ms, no call
 *  limits. Prints the address at which the bench tells it what to do. */
const sandbox = createSandbox({ clock: systemClock, preset: 'brand', latencyMs: 100, keepCalls: 1_000_000 })
Object.assign(sandbox.limits, { perMinute: Number.POSITIVE_INFINITY, perHour: Number.POSITIVE_INFINITY })
await sandbox.listen()

const GUIDES = ['linxiaoyu', 'zhoumin', 'sunqian']
const CODE_LIFE_MS = 20_000

interface Scans {
  /** Callbacks go to each in turn. */
  appUrls: string[]
  rate: number
  seconds: number
}

/** Scans at an even pace, whatever the answers do; a late timer is caught up with. */
async function scanAll({ appUrls, rate, seconds }: Scans): Promise<{ scanned: Scanned[]; worstLagMs: number }> {
  const scanned: Scanned[] = []
  let worstLagMs = 0
  const began = performance.now()
  while (scanned.length < rate * seconds) {
    const dueMs = (scanned.length * 1000) / rate
    const aheadMs = dueMs - (performance.now() - began)
    if (aheadMs > 0) {
      await pause(aheadMs)
      continue
    }
    worstLagMs = Math.max(worstLagMs, -aheadMs)
    const atMs = systemClock.now()
    sandbox.connect(appUrls[scanned.length % appUrls.length] ?? '')
    const userId = GUIDES[scanned.length % GUIDES.length] ?? ''
    const { welcomeCode, externalUserId } = await sandbox.scan({ state: 'package-card', userId })
    scanned.push({ atMs, externalUserId, welcomeCode: welcomeCode ?? '' })
  }
  return { scanned, worstLagMs }
}

const control = Fastify()
control.get('/platform', async () => ({ url: sandbox.url }))
/** Customers whom a backlog of actions is about. */
control.post<{ Body: { externalUserIds: string[]; userId: string } }>(
  '/customers',
  { bodyLimit: 64 * 1024 * 1024 },
  async ({ body }) => {
    for (const externalUserId of body.externalUserIds) {
      const customer = { externalUserId, name: '老客户', type: 1 as const, gender: 0 as const }
      putFollow(sandbox.world, customer, { userId: body.userId, addedAtMs: systemClock.now() })
    }
    return { ok: true }
  },
)
control.post<{ Body: Scans }>('/scans', async ({ body }) => {
  const welcomes = () => sandbox.calls('send_welcome_msg')
  const answered = (): number => welcomes().filter((call) => call.errcode === 0).length
  const adds = () => sandbox.callbackLog().filter((one) => one.xml.includes('add_external_contact'))
  // Of scans asked for before: a server is warmed up first.
  const [answeredBefore, addsBefore] = [answered(), adds().length]
  const { scanned, worstLagMs } = await scanAll(body)
  const isAnswered = (): boolean => answered() - answeredBefore >= scanned.length
  const lastMs = systemClock.now()
  while (!isAnswered() && systemClock.now() < lastMs + CODE_LIFE_MS + 2_000) await pause(200)
  return measureWelcomes({ scanned, calls: welcomes(), deliveries: adds().slice(addsBefore), worstLagMs })
})
process.stdout.write(`control ${await control.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
