import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nativeClient, USER_AGENT } from './native-client.ts'
import { launchBrowser } from './open-scene.ts'
import { type Demo, startDemo } from './start-demo.ts'

/** A phone that loses its network in the stockroom: what was there stays, what is done there is sent once when it is back. */

const GUIDE = 'linxiaoyu'
let demo: Demo
let browser: Browser
let appUrl: string
beforeAll(async () => {
  demo = await startDemo()
  browser = await launchBrowser()
  const state = await fetch(`${demo.url}/_sandbox/state?guide=${GUIDE}`)
  appUrl = ((await state.json()) as { appUrl: string }).appUrl // as the sandbox's own page reads it
})
afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

async function openPhone(name: string): Promise<{ page: Page; id: string }> {
  const { externalUserId: id } = await demo.sandbox<{ externalUserId: string }>('scan', {
    state: 'package-card',
    userId: GUIDE,
    name,
  })
  const context = await browser.newContext({
    viewport: { width: 360, height: 720 },
    userAgent: USER_AGENT,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.addInitScript(nativeClient({ entry: 'single_chat_tools', userId: id }))
  // What is behind the buttons comes when the page is at rest.
  const parts = ['FieldsSheet', 'NotesSheet'].map((name) =>
    page.waitForResponse((one) => one.url().includes(`/${name}`)),
  )
  await page.goto(`${appUrl}/sidebar/?guide=${GUIDE}`)
  await page.locator('h1.name').getByText(name).waitFor()
  await page.getByLabel('标签').getByText('包裹卡').waitFor()
  await Promise.all(parts)
  return { page, id }
}

const asked = (page: Page, path: string) =>
  page.evaluate(`fetch('/api/sidebar/${path}').then((answer) => answer.json())`)
const notesOf = async (page: Page, id: string): Promise<string[]> => {
  const { notes } = (await asked(page, `customers/${id}/notes`)) as { notes: { text: string }[] }
  return notes.map(({ text }) => text)
}

async function writeNote(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: '记一笔' }).click()
  await page.getByRole('textbox', { name: '要记的话' }).fill(text)
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.keyboard.press('Escape')
}

async function writeRemark(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: /改备注|加备注/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(text)
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
}

test('without a network: it is said, nothing disappears, three changes wait, each is sent once when it returns, and a conflict is told', async () => {
  const { page, id } = await openPhone('安安妈咪')
  // The tags to choose from were seen before.
  await page.getByRole('button', { name: '标签', exact: true }).click()
  await page.getByRole('checkbox', { name: '眼肉' }).waitFor()
  await page.keyboard.press('Escape')

  await page.context().setOffline(true)
  await page.getByText('没有网络，先显示上次看到的内容').waitFor()
  await page.getByRole('button', { name: '标签', exact: true }).click()
  await page.getByRole('checkbox', { name: '眼肉' }).click()
  await page.getByRole('dialog').getByText('没有网络，已记下，恢复后自动保存').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '完成' }).click()
  await writeRemark(page, '爱吃眼肉')
  await writeNote(page, '下周带孩子来试吃')
  await page.getByText('3 处改动已记下，网络恢复后自动保存').waitFor()
  expect(await page.locator('h1.name').textContent()).toContain('安安妈咪')

  // Meanwhile the remark is written in WeCom itself.
  await demo.sandbox('edit-remark', { userId: GUIDE, externalUserId: id, remark: '李姐' })
  const profile = async () => {
    const answer = await fetch(`${appUrl}/api/sidebar/customers/${id}`, {
      headers: { cookie: (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ') },
    })
    return ((await answer.json()) as { remark: string | null }).remark
  }
  await expect.poll(profile, { timeout: 20_000 }).toBe('李姐')

  // Looked for before it can come: it goes away by itself.
  const conflict = page.getByText(/安安妈咪的备注没有保存：.*（另有 2 处已保存）/).waitFor()
  await page.context().setOffline(false)
  await page.getByText('没有网络').waitFor({ state: 'hidden' })
  await conflict
  const remark = () => page.locator('.remark').first().textContent()
  // Nothing of the guide's is shown as if it were saved.
  await expect.poll(remark, { timeout: 15_000 }).toContain('李姐')
  await expect.poll(() => notesOf(page, id), { timeout: 15_000 }).toEqual(['下周带孩子来试吃'])
  type Call = { body?: { external_userid?: string; add_tag?: string[] } }
  const marked = async () =>
    (await demo.sandbox<Call[]>('calls', { path: 'externalcontact/mark_tag' })).filter(
      ({ body }) => body?.external_userid === id && body.add_tag?.length === 1,
    ).length
  await expect.poll(marked, { timeout: 15_000 }).toBe(1)
  // Nobody sends again what has arrived: two more beats have come and gone, at each of which what waits would go out.
  const beat = () => page.waitForResponse((one) => one.url().endsWith('/version'))
  await beat()
  await beat()
  expect([await notesOf(page, id), await marked()]).toEqual([['下周带孩子来试吃'], 1])
  await page.context().close()
})

test('an answer that is lost on its way: the change is sent again, and is there once', async () => {
  const { page, id } = await openPhone('小满')
  let sent = 0
  await page.route(/\/notes$/, async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    sent += 1
    if (sent > 1) return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await writeNote(page, '怕辣')
  await expect.poll(() => sent, { timeout: 12_000 }).toBe(2)
  await expect.poll(() => notesOf(page, id), { timeout: 15_000 }).toEqual(['怕辣'])
  await page.context().close()
})

test('a network that leads nowhere is said as well, and heals untouched', async () => {
  const { page, id } = await openPhone('周周')
  await page.route('**/api/sidebar/**', (route) => route.abort('connectionfailed'))
  await page.getByText('连不上服务器，先显示上次看到的内容').waitFor()
  await writeNote(page, '要发票')
  await page.getByText('1 处改动已记下').waitFor()
  await page.unroute('**/api/sidebar/**')
  await page.getByText('连不上服务器，先显示').waitFor({ state: 'hidden' })
  await expect.poll(() => notesOf(page, id), { timeout: 15_000 }).toEqual(['要发票'])
  await page.context().close()
})
