import { afterEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { openTwoStores, ROLES, type TwoStores } from './testing/two-stores.ts'

let t: TwoStores
afterEach(() => t.close())

const write = async (roles: string): Promise<void> => {
  t.writeConfig({ 'roles.yaml': roles })
  await t.huoshui.rules.check()
}
const status = async (browser: Awaited<ReturnType<TwoStores['as']>>, path: string) => (await browser.get(path)).status
const remarks = () =>
  t.sandbox.calls('externalcontact/remark').map(({ body }) => {
    const { userid, remark } = body as { userid: string; remark: string }
    return `${userid} ${remark}`
  })

test('without roles.yaml a head of a department is nobody, and guides see their own', async () => {
  t = await openTwoStores({ config: {} })
  expect((await t.as('dianzhang')).landed).toBe('/sidebar/?login=not-staff')
  expect((await t.as('laoban')).landed).toBe('/sidebar/?login=not-staff')
  const zhangsan = await t.as('zhangsan')
  expect(await status(zhangsan, `customers/${t.customers.zhangsan}`)).toBe(200)
  expect(await status(zhangsan, `customers/${t.customers.wangwu}`)).toBe(403)
})

test('a lead changes something in a guide’s name, and everybody reads who it was', async () => {
  t = await openTwoStores()
  const lead = await t.as('dianzhang')
  const { zhangsan: id } = t.customers
  expect((await lead.get(`customers/${id}`)).body).toMatchObject({ standsInFor: '张三' })
  expect((await lead.post(`customers/${id}/remark`, { remark: '常客', saw: [''] })).status).toBe(200)
  await t.settle()
  expect(remarks()).toEqual(['zhangsan 常客'])
  expect((await t.whyOf(id, 'customer.remark%'))?.text).toBe('店长替张三在侧边栏里改的备注')
  expect((await (await t.as('zhangsan')).get(`customers/${id}`)).body).toMatchObject({
    standsInFor: null,
    remark: '常客',
  })
})

test('a lead gives a to-do to another guide of the store who has the customer, who hears of it; nobody else may, and nobody else gets it', async () => {
  t = await openTwoStores()
  const { zhangsan: id } = t.customers
  for (const userId of ['wangwu', 'lisi']) await t.sandbox.scan({ userId, externalUserId: id, name: '客户甲标记' })
  await t.settle()
  const lead = await t.as('dianzhang')
  type Answer = { tasks: { id: string; title: string }[]; handTo?: { userId: string; name: string }[] }
  const seen = async (browser: Awaited<ReturnType<TwoStores['as']>>) =>
    (await browser.get<Answer>(`customers/${id}/tasks`)).body
  // The newest friend of the lead's departments is the one in whose place the lead stands.
  const opened = {
    key: 'call',
    externalUserId: id,
    userId: 'wangwu',
    kind: 'sop',
    title: '打个电话',
    reason: { text: '试' },
  }
  const dueAtMs = t.clock.now() + 2 * HOUR_MS
  await t.db.tx((tx) => t.huoshui.tasks.open(tx, { ...opened, dueAtMs }))
  const before = await seen(lead)
  expect(before).toMatchObject({ tasks: [{ title: '打个电话' }], handTo: [{ userId: 'zhangsan', name: '张三' }] })
  const hand = (browser: Awaited<ReturnType<TwoStores['as']>>, toUserId: string) =>
    browser.post(`customers/${id}/tasks/${before.tasks[0]?.id}/hand-on`, { toUserId })

  const wangwu = await t.as('wangwu')
  expect(await seen(wangwu)).not.toHaveProperty('handTo')
  expect(await hand(wangwu, 'zhangsan')).toMatchObject({ status: 403, body: { code: 'sidebar.read-only' } })
  expect(await hand(await t.as('yunying'), 'zhangsan')).toMatchObject({ status: 403 })
  // 李四 has the customer and works in another store, 渠道 is no guide.
  for (const other of ['lisi', 'qudao', 'nobody']) {
    expect(await hand(lead, other)).toMatchObject({ status: 409, body: { code: 'sidebar.not-for-them' } })
  }
  await t.advance(HOUR_MS)
  const told = () => t.sandbox.calls('message/send').map(({ body }) => (body as { touser: string }).touser)
  const toldBefore = told().filter((userId) => userId === 'zhangsan').length
  expect([(await hand(lead, 'zhangsan')).status, (await hand(lead, 'zhangsan')).status]).toEqual([200, 200])
  await t.advance(MINUTE_MS)
  expect((await seen(wangwu)).tasks).toEqual([])
  const zhangsan = await t.as('zhangsan')
  expect((await seen(zhangsan)).tasks).toMatchObject([{ title: '打个电话', dueAtMs: dueAtMs + HOUR_MS }])
  expect(told().filter((userId) => userId === 'zhangsan')).toHaveLength(toldBefore + 1)
  expect(await t.timelineOf(id, 'task.passed-on')).toEqual(['店长把待办「打个电话」从王五转给张三'])
  await t.huoshui.beat()
  const noted = await t.rawRows<{ actor: string; body: string }>(
    "SELECT e.actor, d.body FROM audit_entry e JOIN audit_detail d ON d.seq = e.seq WHERE e.what = 'sidebar.hand-on' ORDER BY e.seq",
  )
  expect(noted.map(({ actor, body }) => [actor, JSON.parse(body)])[0]).toEqual([
    'dianzhang',
    {
      inPlaceOf: 'wangwu',
      taskId: expect.stringMatching(/^\d+$/),
      before: { task: '打个电话', userId: 'wangwu' },
      after: { toUserId: 'zhangsan' },
    },
  ])
})

test('a lead hands a whole customer over to another guide of the store, once; nobody else may, and nobody of another store gets it', async () => {
  t = await openTwoStores()
  const { zhangsan: id, lisi: other } = t.customers
  const lead = await t.as('dianzhang')
  type Browser = Awaited<ReturnType<TwoStores['as']>>
  const hand = (browser: Browser, toUserId: string, customer = id) =>
    browser.post(`customers/${customer}/hand-over`, { toUserId })
  const asked = () => t.sandbox.calls('externalcontact/transfer_customer').map(({ body }) => body)

  expect((await lead.get(`customers/${id}/takers`)).body).toEqual({
    takers: [{ userId: 'wangwu', name: '王五', customers: 1, isFriend: false }],
  })
  for (const who of ['zhangsan', 'yunying', 'laoban']) {
    expect(await hand(await t.as(who), 'wangwu')).toMatchObject({ status: 403, body: { code: 'sidebar.read-only' } })
  }
  expect(await hand(lead, 'wangwu', other)).toMatchObject({ status: 403, body: { code: 'sidebar.checking' } })
  // 李四 works in another store, 店长 is no guide, 张三 has the customer already.
  for (const toUserId of ['lisi', 'dianzhang', 'zhangsan', 'nobody']) {
    expect(await hand(lead, toUserId)).toMatchObject({ status: 409, body: { code: 'sidebar.not-for-them' } })
  }
  await t.settle()
  expect(asked()).toEqual([])

  expect([(await hand(lead, 'wangwu')).status, (await hand(lead, 'wangwu')).status]).toEqual([200, 200])
  await t.settle()
  expect(asked()).toEqual([{ handover_userid: 'zhangsan', takeover_userid: 'wangwu', external_userid: [id] }])
  const seen = async (browser: Browser) => (await browser.get<{ handover: string | null }>(`customers/${id}`)).body
  expect((await seen(lead)).handover).toMatch(/^正在从张三转给王五/)
  await t.huoshui.beat()
  const noted = await t.rawRows<{ actor: string; body: string }>(
    "SELECT e.actor, d.body FROM audit_entry e JOIN audit_detail d ON d.seq = e.seq WHERE e.what = 'sidebar.hand-over' ORDER BY e.seq",
  )
  expect(noted.map(({ actor, body }) => [actor, JSON.parse(body)])[0]).toEqual([
    'dianzhang',
    { inPlaceOf: 'zhangsan', before: { guide: 'zhangsan' }, after: { toUserId: 'wangwu' } },
  ])
  expect((await t.rawRows("SELECT reason FROM action WHERE reason LIKE '%转接 #%'"))[0]).toEqual({
    reason: expect.stringContaining('店长在侧边栏里发起'),
  })
  await t.advance(25 * HOUR_MS)
  await t.advance(MINUTE_MS)
  expect((await (await t.as('wangwu')).get(`customers/${id}`)).body).toMatchObject({
    standsInFor: null,
    handover: null,
  })
})

test('to whom a customer may be handed: guides of the store who are there, friends first, then whoever has the fewest customers', async () => {
  t = await openTwoStores()
  for (const [userId, name, customers] of [
    ['busy', '忙', 3],
    ['friend', '友', 2],
    ['idle', '闲', 1],
    ['off', '停', 1],
    ['hidden', '隐', 1],
  ] as const) {
    await t.sandbox.addStaff({ userId, name, departments: [2] })
    for (let n = 0; n < customers; n++) await t.sandbox.scan({ userId })
  }
  await t.sandbox.scan({ userId: 'wangwu' })
  const { externalUserId: id } = await t.sandbox.scan({ userId: 'friend' })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.sandbox.scan({ userId: 'busy', externalUserId: id })
  await t.settle()
  await t.sandbox.deleteGuide({ userId: 'busy', externalUserId: id })
  await t.settle()
  // The newest friend is the one in whose place the lead stands.
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: id })
  await t.sandbox.editStaff({ userId: 'off', enabled: false })
  await t.sandbox.unsubscribeApp({ userId: 'hidden' })
  await t.settle()
  await t.advance(2 * MINUTE_MS)
  const lead = await t.as('dianzhang')
  type Answer = { takers: { name: string; customers: number; isFriend: boolean }[] }
  const { takers } = (await lead.get<Answer>(`customers/${id}/takers`)).body
  expect(takers.map((one) => [one.name, one.customers, one.isFriend])).toEqual([
    ['友', 3, true],
    ['闲', 1, false],
    ['王五', 2, false],
    ['忙', 3, false],
  ])
  // On its way to one, it is on its way to nobody else.
  const hand = (toUserId: string) => lead.post(`customers/${id}/hand-over`, { toUserId })
  expect((await hand('idle')).status).toBe(200)
  expect(await hand('busy')).toMatchObject({
    status: 409,
    body: { code: 'sidebar.no-handover', zh: '这位客户现在转不了：已经在转接中。' },
  })
})

test('a role that is taken away is gone at the next request, one that is given is there', async () => {
  t = await openTwoStores()
  const lead = await t.as('qudao')
  expect(await status(lead, `customers/${t.customers.lisi}`)).toBe(200)
  await write(ROLES.replace('of: [徐汇店]', 'of: [三里屯店]'))
  expect(await status(lead, `customers/${t.customers.lisi}`)).toBe(403)
  expect(await status(lead, `customers/${t.customers.wangwu}`)).toBe(200)
  await write('roles:\n  - { role: owner, members: [laoban] }\n')
  expect(await status(lead, 'me')).toBe(401)
})

test('a guide who goes to another store takes the customers out of the lead’s sight', async () => {
  t = await openTwoStores()
  const lead = await t.as('dianzhang')
  expect(await status(lead, `customers/${t.customers.zhangsan}`)).toBe(200)
  await t.sandbox.moveStaff({ userId: 'zhangsan', departments: [3] })
  await t.settle()
  expect(await status(lead, `customers/${t.customers.zhangsan}`)).toBe(403)
})

test('heads are learnt from the list of departments as well, within the hour', async () => {
  t = await openTwoStores()
  const { profiles } = t.sandbox.world.directory
  profiles.set('dianzhang', { status: 1, leaders: [], leads: [] })
  profiles.set('caiwu', { status: 1, leaders: [], leads: [3] })
  await t.advance(HOUR_MS)
  await t.advance(MINUTE_MS)
  expect((await t.as('dianzhang')).landed).toBe('/sidebar/?login=not-staff')
  // Who is no member of a department is not its head.
  expect((await t.as('caiwu')).landed).toBe('/sidebar/?login=not-staff')
  await t.sandbox.moveStaff({ userId: 'caiwu', departments: [3] })
  await t.advance(HOUR_MS)
  await t.advance(MINUTE_MS)
  expect(await status(await t.as('caiwu'), `customers/${t.customers.lisi}`)).toBe(200)
})

test('whoever falls out of the app’s range is out at once, and back when WeCom says so', async () => {
  t = await openTwoStores()
  const zhangsan = await t.as('zhangsan')
  const lisi = await t.as('lisi')
  await t.sandbox.unsubscribeApp({ userId: 'zhangsan' })
  await t.settle()
  expect([await status(zhangsan, 'me'), await status(lisi, 'me')]).toEqual([401, 200])
  t.sandbox.redeliver()
  await t.settle()
  await t.advance(HOUR_MS)
  expect([await status(zhangsan, 'me'), await status(lisi, 'me')]).toEqual([401, 200])
  await t.sandbox.subscribeApp({ userId: 'zhangsan' })
  await t.settle()
  expect(await status(zhangsan, 'me')).toBe(200)
})

test('a route that does not say who may ask it is refused', async () => {
  t = await openTwoStores()
  const { buildApp } = await import('../engine/http/app.ts')
  const { createLogger } = await import('../core/kernel/logger.ts')
  const routes = [
    (app: Parameters<Parameters<typeof buildApp>[0]['routes'][number]>[0]) => void app.get('/new', () => 'x'),
  ]
  const build = () => buildApp({ log: createLogger({ level: 'silent' }), proxyHops: 0, routes })
  expect(build).toThrow('route GET /new says in no config.scope who may ask it')
})
