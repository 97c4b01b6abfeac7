import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { countWrites } from './testing/count-writes.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
  'sop/新客.yaml':
    'sop: newcomers\nname: 新客关怀\ntrigger: customer.added\nsteps:\n  - wait: 1h\n  - task: { for: guide, title: 问候, due: 24h }\n',
}
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOWHERE = 'http://127.0.0.1:1'

describe('a reconciliation', () => {
  let t: TestApp
  let ids: string[]
  beforeEach(async () => {
    t = await buildTestApp({ config: CONFIG })
    ids = []
    for (let index = 0; index < 4; index++) {
      ids.push(
        (await t.sandbox.scan({ userId: index % 2 === 0 ? 'zhangsan' : 'lisi', name: `顾客${index}` })).externalUserId,
      )
    }
    await t.settle()
    await t.advance(HOUR_MS)
  })
  afterEach(() => t.close())

  /** What happens inside reaches us by no callback. */
  const unheard = async (happening: () => Promise<unknown>): Promise<void> => {
    t.sandbox.connect(NOWHERE)
    await happening()
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.advance(5 * MINUTE_MS)
  }
  const reconcile = async (options: { dry?: boolean } = {}): Promise<Record<string, number>> => {
    const runId = await t.huoshui.sync.reconcile(options)
    await t.settle()
    const rows = await t.rawRows<{ kind: string; amount: number }>(
      'SELECT kind, SUM(amount) AS amount FROM reconcile_finding WHERE run_id = ? GROUP BY kind ORDER BY kind',
      [runId ?? 0],
    )
    return Object.fromEntries(rows.map((row) => [row.kind, Number(row.amount)]))
  }
  const lastRun = async () =>
    (
      await t.rawRows<{ state: string; found: number; gaps: number }>(
        'SELECT state, found, gaps FROM sync_run ORDER BY id DESC LIMIT 1',
      )
    )[0]
  const active = async (externalUserId: string) =>
    (await t.rawRows<{ active: number }>('SELECT active FROM follow WHERE external_userid = ?', [externalUserId]))[0]
      ?.active

  it('finds an add that no callback told, gives it to the rules, and never welcomes anybody late', async () => {
    let externalUserId = ''
    await unheard(async () => {
      externalUserId = (await t.sandbox.scan({ state: 'parcel-card', name: '小雨' })).externalUserId
    })
    const welcomes = t.sandbox.calls('externalcontact/send_welcome_msg').length
    expect(await reconcile()).toEqual({ 'customer.added': 1 })

    expect((await t.eventsOf('customer.added')).at(-1)).toMatchObject({
      externalUserId,
      channel: '包裹卡',
      found: true,
    })
    const metrics = await (await fetch(`${t.url}/metrics`)).text()
    expect(metrics).toContain('huoshui_reconcile_found{kind="customer.added"} 1')
    expect(t.logLines.join('')).toContain('"kinds":{"customer.added":1}')
    expect(t.sandbox.calls('externalcontact/send_welcome_msg')).toHaveLength(welcomes)
    expect(await t.rawRows('SELECT state FROM welcome WHERE external_userid = ?', [externalUserId])).toEqual([
      { state: 'none' },
    ])
    expect(
      await t.rawRows(
        `SELECT path FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id WHERE f.external_userid = ?`,
        [externalUserId],
      ),
    ).toEqual([{ path: '来源/包裹卡' }])
    expect(await t.rawRows('SELECT sop FROM sop_entry WHERE external_userid = ?', [externalUserId])).toEqual([
      { sop: 'newcomers' },
    ])
    expect(await reconcile()).toEqual({})
  })

  it('an add found a day late is tagged with its channel, but begins no journey', async () => {
    let externalUserId = ''
    t.sandbox.connect(NOWHERE)
    externalUserId = (await t.sandbox.scan({ state: 'parcel-card' })).externalUserId
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    t.clock.advance(25 * HOUR_MS)
    await reconcile()
    expect(await active(externalUserId)).toBe(1)
    expect(await t.rawRows('SELECT tag_id FROM follow_tag WHERE external_userid = ?', [externalUserId])).toHaveLength(1)
    expect(await t.rawRows('SELECT sop FROM sop_entry WHERE external_userid = ?', [externalUserId])).toEqual([])
  })

  it('finds whom a guide has deleted, and keeps whom the customer deleted as callbacks told it', async () => {
    const [first = '', second = ''] = ids
    await t.sandbox.deleteGuide({ userId: 'lisi', externalUserId: second })
    await t.settle()
    await unheard(() => t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: first }))
    expect(await reconcile()).toEqual({ 'customer.lost': 1 })
    expect(await active(first)).toBe(0)
    expect(await active(second)).toBe(0)
    expect((await t.eventsOf('customer.lost')).map(({ externalUserId, by }) => [externalUserId, by])).toEqual([
      [second, 'customer'],
      [first, 'unknown'],
    ])
    expect(await reconcile()).toEqual({})
  })

  it('takes nobody for a friend again who came back and deleted the guide, told the wrong way round', async () => {
    const [first = ''] = ids
    const pair = { userId: 'zhangsan', externalUserId: first }
    await t.sandbox.deleteCustomer(pair)
    await t.settle()
    t.sandbox.connect(NOWHERE)
    t.clock.advance(MINUTE_MS)
    await t.sandbox.scan(pair)
    t.clock.advance(MINUTE_MS)
    await t.sandbox.deleteGuide(pair)
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    const ofPair = t.sandbox.callbackLog().filter(({ key }) => key.includes(first))
    for (const delivery of ofPair.slice(-2).reverse()) {
      t.sandbox.redeliver((one) => one === delivery)
      await t.settle()
    }
    expect(await active(first)).toBe(0)
    await t.advance(HOUR_MS)
    expect(await reconcile()).toEqual({})
    expect(await active(first)).toBe(0)
  })

  it('finds remarks and tags that guides changed', async () => {
    const [first = '', second = ''] = ids
    const tag = await t.sandbox.createTag({ group: '口味', name: '五分熟' })
    await t.settle()
    await unheard(async () => {
      await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: first, remark: '老顾客' })
      await t.sandbox.editTags({ userId: 'lisi', externalUserId: second, add: [tag.id] })
    })
    expect(await reconcile()).toEqual({ 'remark.changed': 1, 'tags.changed': 1 })
    expect(await t.rawRows('SELECT remark FROM follow WHERE external_userid = ?', [first])).toEqual([
      { remark: '老顾客' },
    ])
    expect((await t.eventsOf('tag.added')).at(-1)).toMatchObject({ externalUserId: second, tags: ['口味/五分熟'] })
    expect(await reconcile()).toEqual({})
  })

  it('finds groups that were dismissed or renamed, and who came and went', async () => {
    const [first = '', second = ''] = ids
    const stays = (await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '老客群' })).chatId
    const goes = (await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '旧群' })).chatId
    await t.sandbox.joinGroup({ chatId: stays, externalUserId: first })
    await t.settle()
    await unheard(async () => {
      await t.sandbox.joinGroup({ chatId: stays, externalUserId: second })
      await t.sandbox.leaveGroup({ chatId: stays, externalUserId: first })
      await t.sandbox.renameGroup({ chatId: stays, name: '新客群' })
    })
    t.sandbox.connect(NOWHERE)
    await t.sandbox.dismissGroup({ chatId: goes })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    expect(await reconcile()).toEqual({
      'group.changed': 1,
      'group.dismissed': 1,
      'group.joined': 1,
      'group.left': 1,
    })
    expect(await t.rawRows('SELECT name FROM chat_group WHERE dismissed_at IS NULL')).toEqual([{ name: '新客群' }])
    expect((await t.eventsOf('group.joined')).at(-1)).toMatchObject({ externalUserId: second })
    expect((await t.eventsOf('group.left')).at(-1)).toMatchObject({ externalUserId: first })
    expect(await reconcile()).toEqual({})
  })

  it('finds a live code that lost its guides, and one that is gone, and sets both right', async () => {
    const way = [...t.sandbox.world.contactWays.values()].find((one) => one.state === 'parcel-card')
    if (way !== undefined) way.users = ['lisi']
    expect(await reconcile()).toEqual({ 'way.changed': 1 })
    await t.advance(5 * MINUTE_MS)
    expect(way?.users).toEqual(['zhangsan'])
    expect(await reconcile()).toEqual({})

    t.sandbox.world.contactWays.clear()
    expect(await reconcile()).toEqual({ 'way.gone': 1 })
    await t.advance(5 * MINUTE_MS)
    expect([...t.sandbox.world.contactWays.values()].map((one) => [one.state, one.users])).toEqual([
      ['parcel-card', ['zhangsan']],
    ])
    expect(await t.rawRows(`SELECT alert_key FROM alert WHERE resolved_at IS NULL`)).toEqual([
      { alert_key: 'channel-code-gone:parcel-card' },
    ])
    expect(await reconcile()).toEqual({})
  })

  it('finds members who left and members who have customers from now on', async () => {
    await unheard(async () => {
      await t.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
      await t.sandbox.removeStaff({ userId: 'lisi' })
    })
    expect(await reconcile()).toMatchObject({ 'guide.added': 1, 'guide.removed': 1, 'staff.left': 1 })
    expect(await t.rawRows(`SELECT state FROM staff WHERE userid = 'lisi'`)).toEqual([{ state: 'left' }])
    expect((await t.eventsOf('staff.left')).map((payload) => payload.userId)).toEqual(['lisi'])
    expect(await active(ids[1] ?? '')).toBe(1)
    expect(await reconcile()).toEqual({})
  })

  it('ends no friendship after an error, whichever of the three looks fails', async () => {
    const [first = ''] = ids
    await unheard(() => t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: first }))
    for (const path of ['batch/get_by_user', 'externalcontact/list', 'externalcontact/get']) {
      t.sandbox.faults.set({ path, errcode: 40058 })
      expect(await reconcile()).toEqual({})
      expect(await active(first)).toBe(1)
      expect(await lastRun()).toMatchObject({ state: 'partial' })
      t.sandbox.faults.clear()
    }
    expect(await reconcile()).toEqual({ 'customer.lost': 1 })
    expect(await lastRun()).toEqual({ state: 'done', found: 1, gaps: 0 })
    expect(
      await t.rawRows(`SELECT kind FROM action WHERE kind LIKE 'sync.%' AND state = 'done' AND kind <> 'sync.staff'`),
    ).toEqual([])
  })

  it('a second one right after the first writes nothing of ours', async () => {
    await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '老客群' })
    await t.settle()
    await reconcile()
    const writes = await countWrites(t.db)
    expect(await reconcile()).toEqual({})
    expect(await writes.counts()).toEqual({})
    const [first = ''] = ids
    await unheard(() => t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: first, remark: '改了' }))
    await reconcile()
    expect(await writes.counts()).toEqual({ follow: 1 })
    await writes.stop()
  })

  it('a dry one finds the same and changes nothing', async () => {
    const [first = '', second = ''] = ids
    await unheard(async () => {
      await t.sandbox.scan({ state: 'parcel-card' })
      await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: first })
      await t.sandbox.editRemark({ userId: 'lisi', externalUserId: second, remark: '改了' })
    })
    const writes = async () => t.rawRows('SELECT external_userid, userid, active, remark FROM follow ORDER BY id')
    const before = await writes()
    const all = { 'customer.added': 1, 'customer.lost': 1, 'remark.changed': 1 }
    expect(await reconcile({ dry: true })).toEqual(all)
    expect(await writes()).toEqual(before)
    expect(await t.rawRows(`SELECT id FROM inbound_event WHERE kind = 'customer.lost'`)).toEqual([])
    expect(await reconcile()).toEqual(all)
    expect(await reconcile({ dry: true })).toEqual({})
  })

  it('comes by itself every night, once, also when the server was down at its hour', async () => {
    const runs = async () =>
      (await t.rawRows<{ n: number }>(`SELECT COUNT(*) AS n FROM sync_run WHERE kind = 'reconcile'`))[0]
    const before = Number((await runs())?.n)
    await t.advance(24 * HOUR_MS)
    await t.advance(60_000)
    expect(Number((await runs())?.n)).toBe(before + 1)
    await t.advance(HOUR_MS)
    expect(Number((await runs())?.n)).toBe(before + 1)
  })
})
