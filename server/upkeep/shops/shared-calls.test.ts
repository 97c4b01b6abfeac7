import { afterEach, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { KIND } from '../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { shopEnv, WECHAT_SHOP } from './testing/shop-env.ts'

const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 }]
/** More than are read in all the time that is looked at. */
const ORDERS = 150

/** The processes on one database, by their place; who has ended is undefined. */
let apps: (TestApp | undefined)[]
afterEach(async () => {
  const [first] = apps
  for (const app of apps.slice(1)) await app?.close({ database: true })
  await first?.close()
  await first?.sandbox.close()
})
const living = (): TestApp[] => apps.flatMap((app) => app ?? [])

async function open(perSecond: number, processes: number): Promise<void> {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, shopManners: KIND })
  await sandbox.listen()
  const rule = WECHAT_SHOP['shops/muye.yaml'].replace(/perSecond: \d+/, `perSecond: ${perSecond}`)
  const common = { config: { 'shops/muye.yaml': rule }, platform: { sandbox, clock }, env: shopEnv(sandbox) }
  apps = [await buildTestApp(common)]
  while (apps.length < processes) apps.push(await buildTestApp({ ...common, databaseUrl: apps[0]?.databaseUrl ?? '' }))
  await lookAround()
  for (let n = 0; n < ORDERS; n++) sandbox.shops.wechat.pay(sandbox.shops.wechat.buy({ unionId: `u${n}`, lines }))
  await sandbox.shops.settle()
}

/** Each says that it lives and sees who else does. */
async function lookAround(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    apps[0]?.clock.advance(5 * SECOND_MS)
    for (const app of living()) await app.huoshui.beat()
  }
}

/** The shop's jobs of all processes at once, second after second: how many calls each second had. */
async function callsOf(seconds: number): Promise<number[]> {
  const [first] = living()
  const counts: number[] = []
  for (let second = 0; second < seconds; second++) {
    first?.clock.advance(SECOND_MS)
    const jobs = living().flatMap(({ huoshui }) =>
      huoshui.capabilities.flatMap((one) => one.jobs ?? []).filter(({ name }) => name.startsWith('shops.')),
    )
    await Promise.all(jobs.map((job) => job.run()))
    const now = first?.clock.now()
    counts.push(first?.sandbox.shops.calls().filter(({ atMs }) => atMs === now).length ?? 0)
  }
  return counts
}
const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0)
const settled = (): Promise<number[]> => callsOf(3)

it('two processes call a shop as often as one alone may, and the one that is left takes it all', async () => {
  await open(6, 2)
  await settled()
  expect(await callsOf(8)).toEqual([6, 6, 6, 6, 6, 6, 6, 6])
  const [, second] = apps
  await second?.close({ database: true })
  apps[1] = undefined
  await lookAround()
  await settled()
  expect(await callsOf(5)).toEqual([6, 6, 6, 6, 6])
  const read = await apps[0]?.rawRows<{ n: number }>("SELECT COUNT(*) AS n FROM shop_order WHERE status = 'paid'")
  expect(Number(read?.[0]?.n)).toBeGreaterThan(80)
})

it('where more processes than calls a second are, each waits its turn', async () => {
  await open(2, 3)
  await settled()
  const counts = await callsOf(12)
  expect(sum(counts)).toBeLessThanOrEqual(2 * 12 + 3)
  expect(sum(counts)).toBeGreaterThanOrEqual(18)
})
