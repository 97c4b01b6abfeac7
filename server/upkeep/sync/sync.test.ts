import { afterEach, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { createMigratedDatabase } from '../../testing/migrated-database.ts'
import { signedPost } from '../../testing/signed-post.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}

describe('the first sync', () => {
  let t: TestApp | undefined
  let sandbox: Sandbox | undefined
  let drop: (() => Promise<void>) | undefined
  afterEach(async () => {
    await t?.close()
    await sandbox?.close()
    await drop?.()
    t = undefined
    sandbox = undefined
    drop = undefined
  })

  /** A corp that has had customers for long, `perGuide` at each of its two guides. */
  const oldCorp = async (perGuide: number) => {
    const clock = createSettableClock('2026-10-01T09:00:00+08:00')
    sandbox = createSandbox({ clock, retryDelaysMs: [1, 1] })
    await sandbox.listen()
    const tag = await sandbox.createTag({ group: '口味', name: '五分熟' })
    for (const userId of ['zhangsan', 'lisi']) {
      for (let index = 0; index < perGuide; index++) {
        const externalUserId = `wm${userId}${index}`
        await sandbox.scan({ userId, externalUserId, name: `顾客${index}`, unionId: `u-${externalUserId}` })
        if (index === 0) await sandbox.editTags({ userId, externalUserId, add: [tag.id] })
      }
    }
    clock.set(Date.parse('2026-11-22T09:00:00+08:00'))
    return { clock, sandbox }
  }
  const count = async (sql: string) => Number((await t?.rawRows<{ n: number }>(sql))?.[0]?.n)

  it('reads guides, names, tags and customers, and treats nobody as new', async () => {
    const platform = await oldCorp(120)
    t = await buildTestApp({ platform, config: CONFIG })
    await t.settle()
    expect(await count('SELECT COUNT(*) AS n FROM customer')).toBe(240)
    expect(await count('SELECT COUNT(*) AS n FROM follow WHERE active = 1')).toBe(240)
    expect(
      await t.rawRows(
        `SELECT name, unionid, first_userid, first_added_at FROM customer WHERE external_userid = 'wmlisi7'`,
      ),
    ).toEqual([
      {
        name: '顾客7',
        unionid: 'u-wmlisi7',
        first_userid: 'lisi',
        first_added_at: Date.parse('2026-10-01T09:00:00+08:00'),
      },
    ])
    expect(await t.rawRows('SELECT userid, set_by FROM follow_tag ORDER BY userid')).toEqual([
      { userid: 'lisi', set_by: 'wecom' },
      { userid: 'zhangsan', set_by: 'wecom' },
    ])
    expect(await t.timelineOf('wmlisi7')).toEqual(['同步得知：2026-10-01 09:00 起是导购李四的客户'])
    expect(await count(`SELECT COUNT(*) AS n FROM inbound_event WHERE kind IN ('customer.added', 'tag.added')`)).toBe(0)
    expect(t.sandbox.calls('externalcontact/send_welcome_msg')).toEqual([])
    expect(await t.rawRows('SELECT kind, state, gaps, relations FROM sync_run')).toEqual([
      { kind: 'first', state: 'done', gaps: 0, relations: 240 },
    ])
    expect(t.sandbox.calls('batch/get_by_user')).toHaveLength(3)
  })

  it('goes on after a restart where it was', async () => {
    const platform = await oldCorp(120)
    const database = await createMigratedDatabase()
    drop = database.drop
    platform.sandbox.faults.set({ path: 'batch/get_by_user', http: 502 })
    t = await buildTestApp({ platform, config: CONFIG, databaseUrl: database.url })
    expect(await count('SELECT COUNT(*) AS n FROM customer')).toBe(0)
    await t.close()

    platform.sandbox.faults.clear()
    platform.clock.advance(60_000)
    t = await buildTestApp({ platform, config: CONFIG, databaseUrl: database.url })
    await t.settle()
    expect(await count('SELECT COUNT(*) AS n FROM customer')).toBe(240)
    expect(await t.rawRows('SELECT state, relations FROM sync_run')).toEqual([{ state: 'done', relations: 240 }])
    expect(t.sandbox.calls('get_follow_user_list').length).toBeLessThanOrEqual(2)
  })

  it('a process that ends between two pages loses none and reads none twice', async () => {
    const platform = await oldCorp(250)
    for (const [externalUserId, first, second] of [
      ['wmboth1', 'zhangsan', 'lisi'],
      ['wmboth2', 'lisi', 'zhangsan'],
    ] as const) {
      await platform.sandbox.scan({ userId: first, externalUserId })
      platform.clock.advance(60_000)
      await platform.sandbox.scan({ userId: second, externalUserId })
    }
    const database = await createMigratedDatabase()
    drop = database.drop
    // Three pages are read at a time: of the next three one is given, and counts.
    platform.sandbox.limits.perMinute = 4
    t = await buildTestApp({ platform, config: CONFIG, databaseUrl: database.url })
    expect(await count('SELECT COUNT(*) AS n FROM follow')).toBe(400)
    expect(await t.rawRows('SELECT state, relations FROM sync_run')).toEqual([{ state: 'running', relations: 400 }])
    await t.close()

    platform.sandbox.limits.perMinute = 10_000
    platform.clock.advance(3_600_000)
    t = await buildTestApp({ platform, config: CONFIG, databaseUrl: database.url })
    await t.settle()
    expect(await t.rawRows('SELECT state, relations FROM sync_run')).toEqual([{ state: 'done', relations: 504 }])
    expect(await count('SELECT COUNT(*) AS n FROM follow')).toBe(504)
    expect(t.sandbox.calls('batch/get_by_user').filter((call) => call.errcode === 0)).toHaveLength(6)
    // One guide was read after the other, and each had one of them first.
    expect(
      await t.rawRows(
        `SELECT first_userid FROM customer WHERE external_userid LIKE 'wmboth%' ORDER BY external_userid`,
      ),
    ).toEqual([{ first_userid: 'zhangsan' }, { first_userid: 'lisi' }])
  })

  it('one guide whom WeCom refuses does not keep back the others', async () => {
    const platform = await oldCorp(3)
    platform.sandbox.faults.set({ path: 'batch/get_by_user', errcode: 40003, times: 2 })
    t = await buildTestApp({ platform, config: CONFIG })
    await t.settle()
    expect(await count('SELECT COUNT(*) AS n FROM customer')).toBe(3)
    expect(await t.rawRows('SELECT state, gaps FROM sync_run')).toEqual([{ state: 'partial', gaps: 1 }])
  })

  it('begins again an hour later when the guides could not be listed', async () => {
    const platform = await oldCorp(2)
    platform.sandbox.faults.set({ path: 'get_follow_user_list', errcode: 40058 })
    t = await buildTestApp({ platform, config: CONFIG })
    expect(await t.rawRows('SELECT state FROM sync_run')).toEqual([{ state: 'failed' }])
    platform.sandbox.faults.clear()
    await t.advance(3_600_000)
    await t.settle()
    expect(await count('SELECT COUNT(*) AS n FROM customer')).toBe(4)
    expect(await t.rawRows('SELECT state FROM sync_run ORDER BY id')).toEqual([{ state: 'failed' }, { state: 'done' }])
  })

  it('gives orders, birthdays and surveys that came first to the customers it finds, and welcomes who scans meanwhile', async () => {
    const platform = await oldCorp(1)
    platform.sandbox.faults.set({ path: 'batch/get_by_user', http: 502, times: 1 })
    t = await buildTestApp({ platform, config: CONFIG })
    await t.sandbox.order({ orderId: 'A1', status: 'paid', unionId: 'u-wmlisi0', totalFen: 100, items: [] })
    const customer = { unionId: 'u-wmlisi0' }
    await signedPost(t, '/api/profiles', { customer, birthday: '05-20' })
    await signedPost(t, '/api/surveys', { surveyId: 's', responseId: 'R1', customer, answers: [] })
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    await t.advance(60_000)
    expect(await t.rawRows('SELECT external_userid FROM shop_order')).toEqual([{ external_userid: 'wmlisi0' }])
    expect(await t.rawRows('SELECT external_userid FROM customer_profile')).toEqual([{ external_userid: 'wmlisi0' }])
    expect(await t.eventsOf('survey.answered')).toMatchObject([{ externalUserId: 'wmlisi0' }])
    expect(await t.eventsOf('customer.added')).toMatchObject([{ externalUserId, again: false }])
  })
})
