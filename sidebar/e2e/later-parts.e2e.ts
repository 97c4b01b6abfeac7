import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPane, servePane } from './open-pane.ts'
import { launchBrowser } from './open-scene.ts'

/** What is loaded when it is wanted, and is not there: the network is gone, or the server has another build by now. */

const NOTES = /\/assets\/NotesSheet-[^/]*\.js$/
let served: Awaited<ReturnType<typeof servePane>>
let browser: Browser
beforeAll(async () => {
  served = await servePane()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
})

async function open(): Promise<{ page: Page; loads: () => number }> {
  served.answer({})
  const page = await openPane(browser, served.url)
  await page.getByText('现在可以这样说').waitFor()
  let loads = 0
  page.on('domcontentloaded', () => {
    loads += 1
  })
  return { page, loads: () => loads }
}
const write = (page: Page) => page.getByRole('button', { name: '记一笔' }).click()
const notThere = (page: Page) => page.getByRole('dialog', { name: '打不开' }).getByText('没有加载出来').waitFor()

test('without a network the sheet says that it did not come; back again, a tap brings it, and nothing is loaded anew', async () => {
  const { page, loads } = await open()
  await page.context().setOffline(true)
  await write(page)
  await notThere(page)
  await page.context().setOffline(false)
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByRole('dialog', { name: '记录' }).getByText('没有平底锅').first().waitFor()
  expect(loads()).toBe(0)
  await page.context().close()
})

test('a part that the server has no more, of the same build: no loading anew by itself, and one by a tap', async () => {
  const { page, loads } = await open()
  await page.route(NOTES, (route) => route.fulfill({ status: 404, body: '' }))
  const asked = page.waitForResponse(
    (one) => one.url().endsWith('/sidebar/') && one.request().resourceType() === 'fetch',
  )
  await write(page)
  await notThere(page)
  await asked
  expect(loads()).toBe(0)
  await page.unroute(NOTES)
  await page.route(NOTES, (route) => route.abort('connectionreset'), { times: 1 })
  const anew = page.waitForEvent('domcontentloaded')
  await page.getByRole('button', { name: '重试' }).click()
  await anew
  await write(page)
  await page.getByRole('dialog', { name: '记录' }).waitFor()
  await page.context().close()
})

test('after another build the page is loaded anew by itself, once, and what was begun is there', async () => {
  const { page, loads } = await open()
  await page.getByRole('button', { name: /改备注/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('孙姐·孩子花生过敏')
  await page.keyboard.press('Escape')
  await page.route(NOTES, (route) => route.fulfill({ status: 404, body: '' }))
  // The page of now, as far as it is only asked after.
  await page.route(/\/sidebar\/$/, async (route) => {
    if (route.request().resourceType() !== 'fetch') return route.continue()
    await route.fulfill({ body: '<script type="module" src="/sidebar/assets/index-of-tomorrow.js"></script>' })
  })
  const anew = page.waitForEvent('domcontentloaded')
  await write(page)
  await anew
  await page.getByText('现在可以这样说').waitFor()
  await page.getByRole('button', { name: /改备注/ }).click()
  await page.getByText('这是你上次没有保存的').waitFor()
  expect(await page.getByRole('dialog').getByRole('textbox').inputValue()).toBe('孙姐·孩子花生过敏')
  await page.keyboard.press('Escape')
  // Still not there: said, and not loaded anew without end.
  await write(page)
  await notThere(page)
  expect(loads()).toBe(1)
  await page.context().close()
})
