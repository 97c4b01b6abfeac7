import { mkdirSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { launchBrowser, openScene, type Scene } from './open-scene.ts'
import { type Demo, startDemo } from './start-demo.ts'

/** Pictures for the README, taken in the middle of the story: paid, and about to be invited. */
const FOLDER = 'docs/images'
const GUIDE = 'linxiaoyu'

async function untilPaid(demo: Demo, scene: Scene): Promise<void> {
  const { at, sidebar } = scene
  const { externalUserId } = await demo.sandbox<{ externalUserId: string }>('scan', {
    state: 'package-card',
    userId: GUIDE,
    name: '孙瑶',
  })
  await at('customer-select').selectOption(externalUserId)
  await at(`chat-${externalUserId}`).click()
  await at('join-group').click()
  await demo.sandbox('say', { externalUserId, userId: GUIDE, text: '周末想给孩子煎一块，哪款嫩一点？' })
  await at('guide-input').fill('给孩子选菲力，最嫩，全熟也不柴～')
  await at('guide-send').click()
  await sidebar.getByRole('button', { name: '标签', exact: true }).click()
  await sidebar.getByRole('checkbox', { name: '菲力' }).click()
  await sidebar.getByRole('checkbox', { name: '新手下厨' }).click()
  await sidebar.getByRole('dialog').getByRole('button', { name: '完成' }).click()
  await sidebar.getByRole('button', { name: /改备注/ }).click()
  await sidebar.getByRole('dialog').getByRole('textbox').fill('孙姐·给孩子做')
  await sidebar.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await sidebar.locator('.tag:not(.pending)').getByText('新手下厨').waitFor()
  await at('shop-product-NP-FL-150').click()
  await at('pay').click()
  await sidebar.getByRole('article', { name: '邀请进「付费群」' }).getByRole('button', { name: '发邀请' }).waitFor()
  await sidebar.locator('.pending').waitFor({ state: 'detached' })
  await at('toast').first().waitFor({ state: 'detached' })
}

/** The sidebar alone, as wide as on a phone or in the desk client. */
async function sidebarAt(scene: Scene, width: number, name: string): Promise<void> {
  await scene.page.addStyleTag({
    content: `.wecom { grid-template-columns: 62px minmax(0, 1fr) ${width}px !important } .wecom, .sidebar { border-radius: 0 !important; border-left: 0 !important }`,
  })
  await scene.at('sidebar-frame').screenshot({ path: `${FOLDER}/${name}.png` })
}

async function takeAll(demo: Demo, browser: Browser): Promise<void> {
  const scene = await openScene(demo, browser)
  await untilPaid(demo, scene)
  await scene.page.screenshot({ path: `${FOLDER}/sandbox.png` })
  await scene.close()

  const close = await openScene(demo, browser, { size: { width: 1440, height: 920 }, scale: 2 })
  await close.at('customer-select').selectOption({ label: '孙瑶' })
  await close.sidebar.getByRole('article', { name: '邀请进「付费群」' }).waitFor()
  await sidebarAt(close, 360, 'sidebar-360')
  await close.sidebar.getByRole('button', { name: /跟进计划，点开看/ }).click()
  await close.sidebar.getByRole('dialog', { name: '为什么' }).getByRole('article').first().waitFor()
  await close.sidebar.locator('.sheet-enter-active').waitFor({ state: 'detached' })
  await sidebarAt(close, 400, 'sidebar-why')
  await close.sidebar.getByRole('button', { name: '关闭' }).click()
  await close.sidebar.getByRole('dialog', { name: '为什么' }).waitFor({ state: 'detached' })
  await close.open('话术')
  await close.sidebar.getByRole('searchbox').fill('jiedong')
  await close.sidebar.getByRole('article').first().waitFor()
  await sidebarAt(close, 400, 'sidebar-scripts')
  await close.page.locator('[data-test^="guide-group-"]').filter({ hasText: '付费群' }).first().click()
  await close.sidebar.getByText('买得最多的').waitFor()
  await sidebarAt(close, 400, 'sidebar-group')
  await close.at(`guide-${GUIDE}`).click()
  await close.sidebar.getByText('我的一天').waitFor()
  await close.sidebar.locator('[aria-busy]').waitFor({ state: 'detached' })
  await sidebarAt(close, 400, 'sidebar-day')
  await close.close()
}

mkdirSync(FOLDER, { recursive: true })
const demo = await startDemo()
const browser = await launchBrowser()
try {
  await takeAll(demo, browser)
} finally {
  await browser.close()
  await demo.stop()
}
