import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, openScene, type Scene } from './open-scene.ts'
import { type Demo, startDemo } from './start-demo.ts'

let demo: Demo
let browser: Browser
let scene: Scene

beforeAll(async () => {
  demo = await startDemo()
  browser = await launchBrowser()
  scene = await openScene(demo, browser)
})
afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

test('a guide sees own customers only, and after the end of a friendship what was until then', async ({
  onTestFailed,
}) => {
  onTestFailed(() => scene.keepPicture('guide-access'))
  const { at, page, sidebar } = scene
  const own = await scene.scanAsNew('live-room')
  await sidebar.getByText('来自直播间').waitFor()
  const other = ['linxiaoyu', 'chenhao'].find((guide) => guide !== own.guide) ?? ''

  // A client that claims to chat with somebody else's customer.
  await page.route('**/_sandbox/state?*', async (route) => {
    const answer = await route.fetch()
    const state = (await answer.json()) as { guide: { chats: { externalUserId: string; name: string }[] } }
    const isThere = state.guide.chats.some((chat) => chat.externalUserId === own.externalUserId)
    if (!isThere) state.guide.chats.unshift({ externalUserId: own.externalUserId, name: '别人的顾客', ...NO_CHAT })
    await route.fulfill({ response: answer, json: state })
  })
  await at(`guide-${other}`).click()
  await at(`chat-${own.externalUserId}`).click()
  await sidebar.getByText('正在核对这位客户').waitFor()
  expect(await sidebar.getByText('来自直播间').count()).toBe(0)
  expect(await sidebar.getByRole('navigation').count()).toBe(0)
  await page.unroute('**/_sandbox/state?*')

  await at(`guide-${own.guide}`).click()
  await at(`chat-${own.externalUserId}`).click()
  await sidebar.getByText('来自直播间').waitFor()
  await at('delete-guide').click()
  await sidebar.getByText('下面是在那之前的记录').waitFor()
  await sidebar.getByText('还能做什么').waitFor()
  expect(await sidebar.getByText('来自直播间').count()).toBe(1)
  expect(await sidebar.getByRole('button', { name: /改备注/ }).count()).toBe(0)
  expect(scene.faults).toEqual([])
})

test('a chat that the desk knows a moment after it was chosen is found all the same', async ({ onTestFailed }) => {
  onTestFailed(() => scene.keepPicture('late-desk'))
  const { page, sidebar } = scene
  await page.route('**/_sandbox/state?*', async (route) => {
    const answer = await route.fetch()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await route.fulfill({ response: answer })
  })
  // Another guide than before, whose chats are not known yet.
  await scene.scanAsNew('package-card')
  await sidebar.getByText('来自包裹卡').waitFor()
  await page.unrouteAll({ behavior: 'wait' })
  expect(scene.faults).toEqual([])
})

test('a faulty rule file changes nothing until it is mended', async ({ onTestFailed }) => {
  onTestFailed(() => scene.keepPicture('rule-reload'))
  const { phone } = scene
  const welcome = 'welcomes/试一试.yaml'
  const channel = (guides: string): string => `channel: 直播间
state: live-room
${guides}: [wangzixuan]
welcome: 试一试
`
  const logged = (text: string) => (): number => demo.logLines.filter((line) => line.includes(text)).length

  demo.writeRule(welcome, 'welcome: 试一试\ntext: 新写的欢迎语\n')
  demo.writeRule('channels/直播间.yaml', channel('guidez'))
  await expect.poll(logged('不认识「guidez」'), { timeout: 15_000 }).toBe(1)
  await scene.scanAsNew('live-room')
  await phone.getByText('我是直播间的').waitFor()

  demo.writeRule('channels/直播间.yaml', channel('guides'))
  await expect.poll(logged('rules in force'), { timeout: 15_000 }).toBe(2)
  const { guide } = await scene.scanAsNew('live-room')
  expect(guide).toBe('wangzixuan')
  await phone.getByText('新写的欢迎语').waitFor()
  expect(scene.faults).toEqual([])
})

const NO_CHAT = { remark: '', lastText: '', lastAtMs: 0, lastId: 0, lastFrom: 'customer', tags: [] }
