import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE_MS, shanghaiText } from '../../server/core/kernel/shanghai.ts'
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

const seen = (where: Locator): Promise<void> => where.first().waitFor({ state: 'visible' })
const gone = (where: Locator): Promise<void> => where.waitFor({ state: 'detached' })

test('from a scan to the right group, with the sidebar beside it', async ({ onTestFailed }) => {
  onTestFailed(() => scene.keepPicture('main-job'))
  const { at, page, phone, sidebar } = scene
  const toDo = (title: string) => sidebar.getByRole('article', { name: title, exact: true })
  const stepDone = (step: number) => page.locator(`[data-test="step-${step}"][data-state="done"]`)
  const timelineEntry = (text: string) => sidebar.getByRole('listitem').filter({ hasText: text })

  // A newcomer scans the card in the parcel and is welcomed with the code of the 科普群.
  const { externalUserId, guide } = await scene.scanAsNew('package-card')
  const due = scheduleMassSend()
  await seen(phone.getByText('我是牧野牛排的'))
  await seen(phone.getByText('欢迎语'))
  await phone.locator('.group-code').filter({ hasText: '科普群' }).getByRole('button', { name: '扫码进群' }).click()
  await seen(stepDone(3))

  // The guide opens the chat: who is this, and what to say first.
  await at(`chat-${externalUserId}`).click()
  await seen(sidebar.getByText('来自包裹卡'))
  await seen(sidebar.getByLabel('标签').getByText('包裹卡'))
  await seen(sidebar.getByLabel('标签').getByText('新客'))
  await seen(sidebar.locator('header').getByText('科普群'))
  await gone(sidebar.getByText('他还没下过单，也不在科普群'))
  const proposal = sidebar.getByRole('article').first()
  const words = (await proposal.locator('.text').textContent())?.trim().split('\n')[0] ?? ''
  expect(words.length).toBeGreaterThan(8)
  await proposal.getByRole('button', { name: '发送' }).click()
  await seen(phone.getByText(words.slice(0, 12)))
  await seen(phone.getByText('侧边栏'))

  // The customer buys; the sidebar shows what, and asks for the invitation.
  await at('shop-product-NP-XL-200').click()
  await at('pay').click()
  await seen(sidebar.getByText('原切西冷牛排'))
  await seen(sidebar.getByText('¥128'))
  await seen(stepDone(4))
  await seen(toDo('邀请进「付费群」'))
  await toDo('邀请进「付费群」').getByRole('button', { name: '发邀请' }).click()
  await phone.locator('.group-code').filter({ hasText: '付费群' }).getByRole('button', { name: '扫码进群' }).click()
  await gone(toDo('邀请进「付费群」'))
  await seen(stepDone(5))

  // Which journey the customer is in and why, and which not.
  await sidebar.getByRole('button', { name: /跟进计划，点开看/ }).click()
  const journeys = sidebar.getByRole('dialog', { name: '为什么', exact: true })
  await journeys.getByRole('article').getByText('给运营看').first().click()
  await seen(journeys.getByRole('article').getByText(/规则版本 [0-9a-f]{12}/))
  await seen(journeys.getByText('进入：付款'))
  await journeys.getByRole('button', { name: '没有进的跟进计划' }).click()
  await seen(journeys.getByText('不符合条件：已付款订单数是 0（现在 1）'))
  await journeys.getByRole('button', { name: '关闭' }).click()
  await gone(journeys)

  // What happened, by which rule, and why.
  await scene.open('动态')
  const invited = timelineEntry('请导购').filter({ hasText: '邀请进「付费群」' })
  await scene.unfoldUntil(invited)
  await invited.getByRole('button', { name: '为什么' }).click()
  const why = sidebar.getByRole('dialog').filter({ hasText: '付费群' })
  await why.getByText('给运营看').click()
  await seen(why.getByText(/版本 [0-9a-f]{12}/))
  await seen(why.getByText('订单已付款'))
  await sidebar
    .locator('.layer')
    .last()
    .click({ position: { x: 5, y: 5 } })

  // The guide writes down what was said.
  await sidebar.getByRole('button', { name: '标签', exact: true }).click()
  await sidebar.getByRole('checkbox', { name: '眼肉' }).click()
  await sidebar.getByRole('dialog').getByRole('button', { name: '完成' }).click()
  await seen(sidebar.locator('.tag:not(.pending)').getByText('眼肉'))
  await sidebar.getByRole('button', { name: /改备注/ }).click()
  await sidebar.getByRole('dialog').getByRole('textbox').fill('爱吃眼肉·周末下厨')
  await sidebar.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await seen(page.locator('.talk-head').getByText('爱吃眼肉·周末下厨'))

  // The parcel goes out, 15 yuan come back for a late one: she is still one who has paid.
  await scene.open('下一步')
  await at('ship').click()
  await at('part-refund').click()
  await sidebar.getByRole('link', { name: /点开看订单/ }).click()
  await seen(sidebar.getByText(/顺丰速运/))
  await seen(sidebar.getByText('退了 ¥15，实付 ¥113'))
  await scene.open('下一步')
  // The refund of all undoes what the 付费群 is for.
  await at('refund').click()
  await seen(toDo('请客户退出「付费群」'))
  await seen(sidebar.getByText('退款 1'))

  // The scheduled mass-send waits for the guide, goes out in the guide's name, and its outcome is told.
  await at('mass-send-tray')
    .getByText('1')
    .waitFor({ timeout: due + 30_000 - Date.now() })
  await at('mass-send-tray').click()
  await at('mass-send-confirm').click()
  await seen(phone.getByText('今晚主厨在群里教煎牛排'))
  await scene.open('动态')
  await timelineEntry('晚课预告').filter({ hasText: '已送达' }).first().waitFor({ timeout: 40_000 })
  // Beside the group that a guide owns: who is in it, and what to say there.
  await at('guide-linxiaoyu').click()
  await page.locator('[data-test^="guide-group-"]').filter({ hasText: '付费群' }).first().click()
  await seen(sidebar.getByRole('heading', { name: /付费群/ }))
  await seen(sidebar.getByText('入群条件：已付款订单数至少 1'))
  await sidebar.getByRole('button', { name: '发到群里：欢迎新进群的' }).click()
  await seen(at('guide-chat').getByText('欢迎新来的朋友'))
  await seen(sidebar.getByText('已发到群里，再发一次'))
  expect(guide).not.toBe('')
  expect(scene.faults).toEqual([])
})

/** For those who came today by the parcel card, at the next full minute that leaves time to read the rule. */
function scheduleMassSend(): number {
  const dueAtMs = Math.ceil((Date.now() + 5_000) / MINUTE_MS) * MINUTE_MS
  // The story is told at any hour of the night as well.
  demo.writeRule('policy.yaml', 'tasksPerGuidePerDay: 30\n')
  demo.writeRule(
    'sends/晚课预告.yaml',
    `send: 晚课预告
audience: { channel: 包裹卡, follow.days: { eq: 0 } }
at: "${shanghaiText(dueAtMs)}"
content: { text: 今晚主厨在群里教煎牛排，八点见。 }
`,
  )
  return dueAtMs
}
