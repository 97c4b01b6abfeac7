import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openDoctor, RULES, type TestDoctor } from './testing/open-doctor.ts'

const A = 'wkA'
const B = 'wkB'
const WORDS = `stopWords:\n  accounts: [${A}, ${B}]\n  stop: { words: [退订], answer: 已退订 }\n  again: { words: [恢复], answer: 已恢复 }\n`

let t: TestDoctor
beforeAll(async () => {
  t = await openDoctor({ config: { ...RULES, 'policy.yaml': WORDS } })
  for (const openKfId of [A, B]) await t.sandbox.addServiceAccount({ openKfId, name: openKfId })
})
afterEach(async () => {
  t.sandbox.faults.clear()
  t.writeConfig({ 'policy.yaml': WORDS })
  await t.sandbox.setServiceDesk({ closedBy: 0 })
  for (const account of t.sandbox.world.serviceDesk.accounts.values()) account.isGranted = true
})
afterAll(() => t.close())

it('says nothing without words, and that all accounts can be read with them', async () => {
  await t.advance(11 * 60_000)
  expect(await t.about('退订词')).toEqual([{ state: 'ok', what: '退订词', why: '2 个微信客服账号都能读' }])
  t.writeConfig({ 'policy.yaml': 'quiet: "22:00-08:00"\n' })
  expect(await t.about('退订词')).toEqual([])
})

it('names the account that is not granted to the app', async () => {
  await t.sandbox.setServiceDesk({ withdrawn: B })
  expect(await t.about('退订词')).toEqual([
    {
      state: 'fail',
      what: '退订词：wkB',
      why: '这个微信客服账号没有授权给本应用，客户在那里说退订收不到',
      next: '在管理后台「应用管理 → 微信客服 → 可调用接口的应用」把账号授权给本应用，或改正 policy.yaml 里的 stopWords.accounts',
    },
  ])
})

it.each([
  [95011, '已在企业微信使用微信客服', '用本应用的 Secret'],
  [95012, '未在企业微信使用微信客服', '启用'],
  [95017, '基础应用权限下，api开关处于关闭状态', '打开 API'],
] as const)('%i: why nothing can be read, and what to do', async (closedBy, zh, next) => {
  await t.sandbox.setServiceDesk({ closedBy })
  expect(await t.about('退订词')).toEqual([
    {
      state: 'fail',
      what: '退订词',
      why: `读不到微信客服，客户在那里说退订收不到（${closedBy} ${zh}）`,
      next: expect.stringContaining(next),
    },
  ])
})

it('48007 names the console, 45009 is waited for', async () => {
  t.sandbox.faults.set({ path: 'kf/account/list', errcode: 48007, times: 1 })
  expect(await t.about('退订词')).toMatchObject([{ state: 'fail', next: '请在企业微信后台把该客服账号授权给本应用' }])
  t.sandbox.faults.set({ path: 'kf/account/list', errcode: 45009, times: 1 })
  expect(await t.about('退订词')).toMatchObject([{ state: 'unknown' }])
})

it('what could not be read the last time is told, as long as it cannot', async () => {
  t.sandbox.faults.set({ path: 'kf/sync_msg', errcode: 48007 })
  await t.sandbox.sayToService({ openKfId: A, externalUserId: 'wmA', text: '退订' })
  await t.advance(1_000)
  expect(await t.about('退订词')).toMatchObject([
    { state: 'warn', what: '退订词：wkA', why: expect.stringContaining('48007') },
  ])
})
