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
