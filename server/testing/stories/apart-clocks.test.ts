import { afterEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { createSettableClock, type SettableClock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { judgeClocks } from '../../upkeep/doctor/checks/process-clocks.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'

const CONFIG = {
  'channels/c.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\n',
  'welcomes/w.yaml': 'welcome: 通用\ndefault: true\ntext: 您好\n',
}

/** Whose clock is right. */
let one: TestApp
/** Another process on the same database, whose clock is not. Callbacks go to it. */
let other: TestApp
let itsClock: SettableClock
afterEach(async () => {
  await other.close()
  await one.close()
})

async function open(offMs: number): Promise<void> {
  one = await buildTestApp({ config: CONFIG })
  itsClock = createSettableClock(one.clock.now() + offMs)
  other = await buildTestApp({
    config: CONFIG,
    databaseUrl: one.databaseUrl,
    platform: { sandbox: one.sandbox, clock: itsClock },
    databaseClock: one.clock,
  })
}
const pass = async (ms: number): Promise<void> => {
  one.clock.advance(ms)
  await other.advance(ms)
  await one.settle()
}
/** The callback is answered; nothing else has happened yet. */
const scan = async (): Promise<string> => {
  const { externalUserId } = await one.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })
  await one.sandbox.settle()
  return externalUserId
}
const welcomesOf = (id: string): number => one.sandbox.messagesOf(id).filter(({ via }) => via === 'welcome').length
const ask = async (text: string): Promise<number> =>
  Number((await one.db.tx((tx) => tx.row(raw<{ n: number }>(text))))?.n)
const openAlerts = async () =>
  (await one.db.tx((tx) => one.huoshui.alerts.queries.open(tx))).map(({ text }) => text.replace(/\S+-\S+ /, ''))
const readyz = async (app: TestApp) => (await fetch(`${app.url}/readyz`)).json()
const logged = (text: string): number => other.logLines.filter((line) => line.includes(text)).length

it.each([15_000, -15_000, 65_000, -65_000])(
  'a process whose clock is %i ms off answers callbacks and takes up nothing, says so, and works again when it is right',
  async (offMs) => {
    await open(offMs)
    const id = await scan()
    await other.huoshui.beat()
    await other.huoshui.drained()
    expect([welcomesOf(id), await ask("SELECT COUNT(*) AS n FROM inbound_event WHERE state = 'new'")]).toEqual([0, 1])
    await one.settle()
    expect(welcomesOf(id)).toBe(1)

    // What a living process holds, stays with it.
    await one.db.tx((tx) =>
      tx.run(
        raw(
          `UPDATE action SET state = 'running', lease_by = 'one', lease_until = ${one.clock.now() + 8_000}
           WHERE kind = 'welcome.send'`,
        ),
      ),
    )
    itsClock.advance(7_000)
    await other.huoshui.beat()
    await other.huoshui.drained()
    itsClock.advance(-7_000)
    expect(await ask("SELECT COUNT(*) AS n FROM action WHERE lease_by = 'one' AND state = 'running'")).toBe(1)
    await one.db.tx((tx) => tx.run(raw("UPDATE action SET state = 'done' WHERE kind = 'welcome.send'")))

    for (let n = 0; n < 3; n++) {
      one.clock.advance(20 * SECOND_MS)
      itsClock.advance(20 * SECOND_MS)
      await one.settle()
      await other.huoshui.beat()
    }
    await other.huoshui.drained()
    expect(await ask('SELECT MAX(last_at) AS n FROM job_run')).toBe(one.clock.now())
    expect(await ask('SELECT COUNT(*) AS n FROM job_run WHERE lease_until IS NOT NULL')).toBe(0)
    const booked = 'SELECT COUNT(*) AS n FROM endpoint_use'
    const before = await ask(booked)
    await other.huoshui.wecom.staff.get('zhangsan')
    await other.huoshui.wecom.staff.get('zhangsan')
    expect(await ask(booked)).toBe(before)
    expect(await openAlerts()).toContainEqual(
      `服务器 的时钟比其他服务器和数据库${offMs > 0 ? '快' : '慢'} ${Math.abs(offMs) / 1_000} 秒：它照常接收回调，但不发欢迎语、不做事，都由其他服务器做`,
    )
    expect(await readyz(other)).toMatchObject({ status: 'degraded', why: expect.arrayContaining(['clock.apart']) })
    expect(logged('the clock of this process is off')).toBe(1)

    itsClock.advance(-offMs)
    const later = await scan()
    await other.huoshui.beat()
    await other.huoshui.drained()
    expect(welcomesOf(later)).toBe(1)
    await pass(20 * SECOND_MS)
    await pass(MINUTE_MS)
    expect(await openAlerts()).toEqual([])
    expect(logged('the clock of this process is right again')).toBe(1)
  },
)

it('a clock that is a second and a half off works by the time of the others', async () => {
  await open(1_500)
  const id = await scan()
  expect(await ask('SELECT MAX(received_at) AS n FROM inbound_event')).toBe(one.clock.now())
  await other.huoshui.beat()
  await other.huoshui.drained()
  expect(welcomesOf(id)).toBe(1)
  expect(await ask("SELECT started_at AS n FROM action WHERE kind = 'welcome.send'")).toBe(one.clock.now())
  expect(await openAlerts()).toEqual([])
  expect(await ask('SELECT COUNT(*) AS n FROM live_process WHERE ahead_ms = 1500')).toBe(1)
})

it('a wrong clock of the database keeps neither one process nor two from their work', async () => {
  one = await buildTestApp({ config: CONFIG })
  const wrong = { now: () => one.clock.now() + MINUTE_MS }
  const common = { config: CONFIG, databaseUrl: one.databaseUrl, platform: one, databaseClock: wrong }
  await one.huoshui.stop()
  other = await buildTestApp(common)
  const alone = await scan()
  await other.settle()
  expect(welcomesOf(alone)).toBe(1)
  const third = await buildTestApp(common)
  await third.settle()
  await other.advance(6 * SECOND_MS)
  const among = await scan()
  await third.settle()
  expect(welcomesOf(among)).toBe(1)
  await third.close()
})

it('the doctor names whose clock it is', () => {
  const told = (...aheadMs: number[]) =>
    [judgeClocks(aheadMs.map((ahead, nth) => ({ instance: `p${nth}`, aheadMs: ahead })))]
      .flat()
      .map(({ state, why }) => `${state} ${why}`)
  expect(told()).toEqual(['ok 没有服务器在运行，没有可比的'])
  expect(told(0)).toEqual(['ok 只有一个进程，与数据库一致'])
  expect(told(1_900, 0)).toEqual(['ok 2 个进程和数据库互相差不到 2 秒'])
  expect(told(0, -15_000, 100)).toEqual(['fail p1 的时钟慢 15 秒，它接收回调但不做事'])
  expect(told(-20_000, 15_000)).toEqual([
    'fail p0 的时钟慢 20 秒，它接收回调但不做事',
    'fail p1 的时钟快 15 秒，所有服务器的时钟都不准，先由它做事',
  ])
  expect(told(60_000)).toEqual(['warn 数据库那台机器的时钟比服务器慢 60 秒'])
  expect(told(60_000, 60_100)).toEqual(['warn 数据库那台机器的时钟比服务器慢 60 秒'])
})
