import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { findingsOf, openDoctor, RULES, type TestDoctor } from './testing/open-doctor.ts'

let t: TestDoctor
beforeAll(async () => {
  t = await openDoctor()
})
afterEach(() => {
  t.sandbox.faults.clear()
  t.writeConfig(RULES)
})
afterAll(() => t.close())

it('with everything right, nothing of WeCom’s is to be mended, and nothing at WeCom has been changed', async () => {
  const report = await t.report()
  const said = report.groups.find(({ group }) => group === '企业微信')?.findings ?? []
  expect(said.map(({ state, what }) => `${state} ${what}`)).toEqual([
    'ok 网络',
    'ok 时钟',
    'ok 应用 Secret',
    'ok 企业可信 IP',
    'ok 访问凭证',
    'ok 应用与可见范围',
    'ok 接口权限',
    'ok 导购',
    'ok 侧边栏票据',
  ])
  const writes = t.sandbox.calls().filter(({ path }) => /add|edit|update|del|send_|mark|remark|cancel/.test(path))
  expect(writes.filter(({ path }) => !path.endsWith('add_contact_way'))).toEqual([])
})

it.each([
  [40001, 'Secret 不对（40001）', 'WECOM_SECRET'],
  [40013, '企业 ID 不对（40013）', 'WECOM_CORP_ID'],
  [40091, 'Secret 是别的企业的（40091）', 'WECOM_CORP_ID'],
  [50003, '应用被停用了（50003）', '启用'],
])(
  'gettoken refused with %i: the one thing to put right is named, and the rest waits for it',
  async (errcode, why, next) => {
    t.sandbox.faults.set({ path: 'gettoken', errcode })
    const report = await t.report()
    const findings = findingsOf(report)
    expect(findings.find(({ what }) => what === '应用 Secret')).toMatchObject({
      state: 'fail',
      why,
      next: expect.stringContaining(next),
    })
    expect(findings.find(({ what }) => what === '接口权限')).toEqual({
      state: 'unknown',
      what: '接口权限',
      why: '无法检查，因为拿不到访问凭证，先解决「应用 Secret」',
    })
  },
)

it('a wrong secret is tried once a run, since many tries get our address banned', async () => {
  const before = t.sandbox.calls('gettoken').length
  expect(await t.about('应用 Secret', { WECOM_SECRET: 'not-the-secret-of-this-app' })).toMatchObject([
    { state: 'fail', why: 'Secret 不对（40001）' },
  ])
  expect(t.sandbox.calls('gettoken').length - before).toBe(1)
})

it('60020: our own outgoing address is shown, with the place to enter it', async () => {
  const errmsg = 'not allow to access from your ip, hint: [1], from ip: 203.0.113.7'
  t.sandbox.faults.set({ path: 'get_follow_user_list', errcode: 60020, errmsg })
  expect(await t.about('企业可信 IP')).toEqual([
    {
      state: 'fail',
      what: '企业可信 IP',
      why: '出口 IP 203.0.113.7 不在企业可信 IP 里，接口都被拒（60020）',
      next: '在管理后台「应用管理 → 自建 → 本应用 → 企业可信IP」填入 203.0.113.7，约 1 分钟后生效',
    },
  ])
})

it('48002: each API family that is refused is named, and only those', async () => {
  t.sandbox.faults.set({ path: 'get_corp_tag_list', errcode: 48002 })
  t.sandbox.faults.set({ path: 'groupchat/list', errcode: 45009 })
  const next = '在管理后台「客户联系 → API → 可调用接口的应用」勾选本应用'
  expect(await t.about('接口权限')).toEqual([
    { state: 'fail', what: '接口权限：企业标签', why: '应用没有这个接口的权限（48002）', next },
    { state: 'unknown', what: '接口权限：客户群', why: '企业微信正忙或限了流（45009），过一会儿再检查' },
  ])
})

it('guides of the rules: unknown, out of sight, without customer contact are told apart', async () => {
  await t.sandbox.addStaff({ userId: 'cashier', name: '收银', canContact: false })
  t.writeConfig({ 'channels/c.yaml': 'channel: 门店\nguides: [zhangsan, nobody, cashier, LISI]\n' })
  expect((await t.about('导购')).map(({ why }) => why)).toEqual([
    '企业里没有这些成员：nobody',
    '没有客户联系权限：cashier，他们的渠道码建不了、客户收不到',
  ])
  t.sandbox.faults.set({ path: 'user/get', errcode: 60011 })
  expect((await t.about('导购'))[0]?.why).toBe('不在应用可见范围里：zhangsan、nobody、cashier、LISI')
})

it('guides without a licence are named', async () => {
  t.sandbox.faults.set({ path: 'batch/get_by_user', errcode: 701008 })
  expect(await t.about('导购')).toMatchObject([
    { state: 'warn', why: '没有互通账号许可：zhangsan、lisi，读不到他们的客户' },
  ])
})

it('a fresh token that is refused means that another system takes it away; one renewal by WeCom is no alarm', async () => {
  t.sandbox.faults.set({ path: 'get_follow_user_list', invalidToken: true })
  expect(await t.about('访问凭证')).toMatchObject([
    { state: 'fail', why: '刚拿到的凭证马上就失效了（40014），有别的系统在抢着换凭证' },
  ])
  t.sandbox.faults.clear()
  expect(await t.about('访问凭证')).toMatchObject([{ state: 'ok' }])
})

it('a ticket that is refused is told by its kind', async () => {
  t.sandbox.faults.set({ path: 'ticket/get', errcode: 45009 })
  expect(await t.about('侧边栏票据')).toMatchObject([{ state: 'fail', what: '侧边栏票据：应用票据' }])
})

it.each([
  [0, 'ok', /一致/],
  [3_500, 'warn', /快 3 秒/],
  [-20_000, 'fail', /慢 2[01] 秒/],
  [20_000, 'fail', /快 (19|20) 秒/],
])('a clock that is %i ms off is %s', async (offMs, state, why) => {
  const clock = createSettableClock(t.clock.now() + offMs)
  expect(await t.about('时钟', {}, { clock })).toEqual([
    expect.objectContaining({ state, why: expect.stringMatching(why) }),
  ])
})

it('no connection to WeCom: the name, the refusal and the page in between are told apart', async () => {
  expect(await t.about('网络', { WECOM_API_BASE: 'http://127.0.0.1:1' })).toMatchObject([
    { state: 'fail', why: '127.0.0.1:1 拒绝连接，那个端口上没有程序在听' },
  ])
  expect(await t.about('网络', { WECOM_API_BASE: 'http://nothing.invalid' })).toMatchObject([
    { state: 'fail', why: expect.stringContaining('域名 nothing.invalid 解析不了') },
  ])
  t.sandbox.faults.set({ html: true })
  expect(await t.about('网络')).toMatchObject([{ state: 'fail', why: expect.stringContaining('一个网页') }])
})

it('a platform that never answers ends in time, and says so', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo // it listens on TCP
  const base = `http://127.0.0.1:${port}`
  const report = await t.report({ WECOM_API_BASE: base })
  silent.closeAllConnections()
  silent.close()
  expect(findingsOf(report).find(({ what }) => what === '网络')).toMatchObject({
    state: 'fail',
    why: `127.0.0.1:${port} 没有在限定时间内应答`,
  })
  expect(report.ms).toBeLessThan(10_000)
})

it('actions that wait because fresh tokens keep being refused tell of a system that takes them now and then', async () => {
  await t.db.tx((tx) => {
    const now = t.clock.now()
    const last_code = 'wecom.credential-refused'
    const row = { dedupe_key: 'x', kind: 'tags.change', lane: 1, payload: '{}', reason: '{}' }
    return tx.insert(ACTION, { ...row, state: 'waiting', due_at: now + 60_000, created_at: now, last_code })
  })
  expect(await t.about('访问凭证')).toMatchObject([{ state: 'warn', why: expect.stringContaining('有 1 个动作') }])
})

it('a slow answer does not make the clock look wrong', async () => {
  t.sandbox.faults.set({ path: 'department/list', hangMs: 3_500 })
  expect(await t.about('时钟')).toMatchObject([{ state: 'ok' }])
})
