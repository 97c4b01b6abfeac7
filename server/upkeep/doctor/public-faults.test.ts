import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { examineSettings } from '../../settings.ts'
import { linkLogin } from './checks/link-login.ts'
import { certificateTrouble, publicUrl } from './checks/public-url.ts'
import { createPatient } from './doctor-context.ts'
import { openDoctor, type TestDoctor } from './testing/open-doctor.ts'

let t: TestDoctor
let closeStranger = (): void => undefined
beforeAll(async () => {
  t = await openDoctor()
})
afterEach(() => {
  closeStranger()
  closeStranger = () => undefined
})
afterAll(() => t.close())

/** Another server at the address that ought to be ours. */
async function stranger(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeStranger = () => {
    server.closeAllConnections()
    server.close()
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

const OTHER_KEY = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'

it('with everything right, the echo comes back and a forged callback is refused, without a mark in log and metrics', async () => {
  expect(await t.about('对外网址')).toMatchObject([{ state: 'ok' }])
  expect(await t.about('回调回显')).toMatchObject([{ state: 'ok' }])
  expect(await t.about('回调验签')).toEqual([{ state: 'ok', what: '回调验签', why: '签名不对的请求被拒绝（403）' }])
  expect(await t.about('回调被拒')).toMatchObject([{ state: 'ok' }])
  expect(t.logLines.filter((line) => line.includes('callback refused'))).toEqual([])
  expect(await t.about('可信域名')).toMatchObject([{ state: 'ok' }])
})

it('no PUBLIC_URL: what becomes of customers’ own links is said where a text asks for one', async () => {
  const { PUBLIC_URL: _own, ...env } = t.env
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-links-'))
  mkdirSync(join(folder, 'welcomes'))
  writeFileSync(
    join(folder, 'welcomes/a.yaml'),
    'welcome: 默认\ndefault: true\ntext: "看 {链接:新品}，不收点 {退订链接}"\n',
  )
  writeFileSync(join(folder, 'policy.yaml'), 'links: { 新品: { url: "https://shop.example.cn" } }\n')
  const settings = examineSettings({ ...env, HUOSHUI_CONFIG: folder }).values
  const patient = createPatient({ settings, settingFaults: [], clock: t.clock })
  const without = await publicUrl.look(patient)
  await patient.close()
  rmSync(folder, { recursive: true })
  expect(without).toMatchObject({
    state: 'warn',
    why: '还没有设 PUBLIC_URL：欢迎语「默认」里的 {退订链接} 是空的，欢迎语会去掉那一行，话术发不出去；欢迎语「默认」里的 {链接:…} 只是原来的网址，谁点了不知道',
  })
})

it('PUBLIC_URL at another program: told as such, and the echo is not believed', async () => {
  const url = await stranger((_request, response) => response.end('<h1>Welcome to nginx!</h1>'))
  expect(await t.about('对外网址', { PUBLIC_URL: url })).toMatchObject([
    { state: 'fail', why: `${new URL(url).host} 应答的不是活水（HTTP 200）` },
  ])
  expect(await t.about('回调回显', { PUBLIC_URL: url })).toMatchObject([{ state: 'fail' }])
  expect(await t.about('回调验签', { PUBLIC_URL: url })).toMatchObject([
    { state: 'fail', why: '签名不对的请求也被接受了（200），应答的不是活水' },
  ])
  expect(await t.about('可信域名', { PUBLIC_URL: url })).toMatchObject([
    { state: 'fail', next: expect.stringContaining(`把可信域名设成 ${new URL(url).host}`) },
  ])
})

it.each([
  [502, {}, '后面的服务没有起来'],
  [301, { location: 'https://elsewhere.example/' }, '被跳转到了 https://elsewhere.example'],
])('a proxy that answers %i is told apart from a foreign program', async (status, headers, why) => {
  const url = await stranger((_request, response) => response.writeHead(status, headers).end())
  expect(await t.about('对外网址', { PUBLIC_URL: url })).toMatchObject([
    { state: 'fail', why: expect.stringContaining(why) },
  ])
})

it('a certificate that phones would not believe is told as the cause', async () => {
  const pem = readFileSync(new URL('./testing/self-signed.pem', import.meta.url))
  const server = createHttpsServer({ key: pem, cert: pem }, (_request, response) => response.end('{"status":"up"}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `localhost:${(server.address() as AddressInfo).port}` // it listens on TCP
  closeStranger = () => {
    server.closeAllConnections()
    server.close()
  }
  expect(await t.about('对外网址', { PUBLIC_URL: `https://${host}` })).toEqual([
    {
      state: 'fail',
      what: '对外网址',
      why: `${host} 的 HTTPS 证书验不过（DEPTH_ZERO_SELF_SIGNED_CERT）`,
      next: '装上受信任机构签发的证书，并把中间证书一起配上（fullchain）',
    },
  ])
})

it.each([
  [13, '的证书还有 13 天到期'],
  [0, '的证书还有 0 天到期'],
  [14, undefined],
])('a certificate with %i days left is a warning from the last fortnight on', (days, why) => {
  const finding = certificateTrouble('scrm.example.com', t.clock.now() + days * DAY_MS, t.clock.now())
  expect(finding?.why).toBe(why === undefined ? undefined : `scrm.example.com ${why}`)
})

it('nobody at PUBLIC_URL: one failure, and what depends on it cannot be looked at', async () => {
  const PUBLIC_URL = 'http://127.0.0.1:1'
  expect(await t.about('对外网址', { PUBLIC_URL })).toMatchObject([{ state: 'fail' }])
  const unknown = { state: 'unknown', why: '无法检查，因为对外网址打不开，先解决「对外网址」' }
  expect(await t.about('回调回显', { PUBLIC_URL })).toMatchObject([unknown])
  expect(await t.about('回调验签', { PUBLIC_URL })).toMatchObject([unknown])
})

it('with the real WeCom, an address without https is refused', async () => {
  const changes = { WECOM_API_BASE: 'https://qyapi.weixin.qq.com' }
  expect(await t.about('对外网址', changes)).toMatchObject([
    { state: 'fail', why: `${t.url} 不是 https，手机上打不开侧边栏` },
  ])
  expect(await t.about('对外网址', { ...changes, PUBLIC_URL: '' })).toMatchObject([
    { state: 'fail', why: '还没有设 PUBLIC_URL' },
  ])
})

it.each([
  ['WECOM_CALLBACK_TOKEN', 'AnotherToken1', 'Token 与这里的不一样'],
  ['WECOM_CALLBACK_AES_KEY', OTHER_KEY, 'EncodingAESKey 与这里的不一样'],
  ['WECOM_CORP_ID', 'wwanothercorp01', '企业 ID 对不上'],
])('%s other than the running server’s is found by the echo', async (name, value, why) => {
  expect(await t.about('回调回显', { [name]: value })).toMatchObject([
    { state: 'fail', why: expect.stringContaining(why), next: expect.stringContaining(name) },
  ])
})

it.each([
  ['WECOM_CALLBACK_AES_KEY', OTHER_KEY, '解不开', 'EncodingAESKey'],
  ['WECOM_CALLBACK_TOKEN', 'AnotherToken1', '签名对不上', 'Token'],
])('%s other than the console’s: WeCom’s callbacks are refused, and that is told', async (name, value, why, key) => {
  const wrong = await openDoctor({ env: { [name]: value } })
  await wrong.sandbox.scan({ userId: 'zhangsan' })
  await wrong.settle()
  expect(await wrong.about('回调被拒', { [name]: value })).toMatchObject([
    { state: 'fail', why: expect.stringContaining(why), next: expect.stringContaining(key) },
  ])
  expect(await wrong.about('最近的回调', { [name]: value })).toMatchObject([
    { state: 'warn', why: expect.stringContaining('还从来没有收到过企业微信的回调') },
  ])
  await wrong.close()
})

it('a day without any callback is a warning', async () => {
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  expect(await t.about('最近的回调')).toMatchObject([{ state: 'ok', why: '最近一次是 2026-11-22 09:00' }])
  await t.advance(DAY_MS + 1_000)
  expect(await t.about('最近的回调')).toMatchObject([
    {
      state: 'warn',
      why: expect.stringMatching(
        /^最近一次是 2026-11-22 09:00，24 小时没有动静了（防火墙要放行企业微信的地址，如 [\d.]+，共 \d+ 段）$/,
      ),
    },
  ])
})

it('the app’s trusted domain, its scope and its switch are compared with what we need', async () => {
  t.sandbox.configureApp({ redirectDomain: '' })
  expect(await t.about('可信域名')).toMatchObject([{ state: 'fail', why: expect.stringContaining('还没有设可信域名') }])
  // Of links it matters only where WeCom is asked who opens them.
  expect(await t.about('谁点了链接')).toMatchObject([
    { state: 'ok', why: expect.stringContaining('没有设 LINK_LOGIN=yes') },
  ])
  expect(await t.about('谁点了链接', { LINK_LOGIN: 'yes' })).toMatchObject([
    {
      state: 'fail',
      why: '应用还没有设可信域名，设了 LINK_LOGIN=yes，客户在微信里点 {链接:…} 会看到「redirect_uri 域名不对」，去不了要去的地方',
      next: expect.stringMatching(/网页授权及JS-SDK」把可信域名设成 127\.0\.0\.1:\d+$/),
    },
  ])
  t.sandbox.configureApp({ redirectDomain: new URL(t.url).host })
  expect(await t.about('谁点了链接', { LINK_LOGIN: 'yes' })).toMatchObject([
    { state: 'ok', why: expect.stringContaining('网页授权可信域名是 127.0.0.1') },
  ])
  const { PUBLIC_URL: _own, ...env } = t.env
  const { values: settings, faults: settingFaults } = examineSettings({ ...env, LINK_LOGIN: 'yes' })
  const patient = createPatient({ settings, settingFaults, clock: t.clock })
  expect(await linkLogin.look(patient)).toMatchObject({
    state: 'fail',
    why: expect.stringContaining('还没有设 PUBLIC_URL'),
  })
  await patient.close()
  expect(settingFaults.map(({ zh }) => zh)).toEqual([
    expect.stringMatching(/^设了 LINK_LOGIN=yes，还没有设 PUBLIC_URL/),
  ])
  t.sandbox.configureApp({ users: [], departments: [] })
  expect(await t.about('应用与可见范围')).toMatchObject([{ state: 'fail', why: '可见范围是空的，谁也看不见' }])
  t.sandbox.configureApp({ closed: true })
  expect(await t.about('应用与可见范围')).toMatchObject([{ state: 'fail', why: '应用被停用了' }])
  expect(await t.about('应用与可见范围', { WECOM_AGENT_ID: '1000099' })).toMatchObject([
    { state: 'fail', why: 'AgentId 1000099 与 Secret 不是同一个应用的（301002）' },
  ])
})

it('the proof of the domain must come through PUBLIC_URL unchanged', async () => {
  t.writeConfig({ 'WW_verify_abc.txt': 'abc' })
  expect(await t.about('域名校验文件')).toMatchObject([{ state: 'ok' }])
  const url = await stranger((_request, response) => response.end('something else'))
  expect(await t.about('域名校验文件', { PUBLIC_URL: url })).toMatchObject([{ state: 'fail' }])
})
