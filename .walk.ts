import { mkdirSync } from 'node:fs'
import { launchBrowser, openScene } from './sidebar/e2e/open-scene.ts'
const url = 'http://127.0.0.1:3100/'
mkdirSync('/tmp/g13-walk', { recursive: true })
const sandbox = async (control: string, input: object = {}): Promise<any> => {
  const answer = await fetch(`${url}_sandbox/${control}`, { method: 'POST', body: JSON.stringify(input) })
  const body = (await answer.json()) as any
  if (!body.ok) throw new Error(`${control}: ${body.message}`)
  return body.result
}
const demo = { url, sandbox, logLines: [] } as any
const browser = await launchBrowser()
const scene = await openScene(demo, browser, { size: { width: 1440, height: 900 } })
await scene.page.addStyleTag({ content: `.wecom { grid-template-columns: 62px minmax(0, 1fr) 360px !important }` })
const { sidebar, at, page } = scene
let n = 0
const shot = async (name: string) => { await page.waitForTimeout(350); await at('sidebar-frame').screenshot({ path: `/tmp/g13-walk/${String(++n).padStart(2, '0')}-${name}.png` }) }
const step = async (name: string, work: () => Promise<unknown>) => {
  const t = Date.now()
  try { await work(); console.log(`${name}: ${Date.now() - t} ms`) } catch (e) { console.log(`${name}: FAILED ${String(e).slice(0, 300)}`) }
  await shot(name).catch(() => undefined)
}
const GUIDE = 'linxiaoyu'
const B = (name: string | RegExp) => sidebar.getByRole('button', { name }).first()
const D = () => sidebar.getByRole('dialog')
let id = ''
await step('day-first', async () => { await at(`guide-${GUIDE}`).click(); await sidebar.getByText('我的一天').waitFor() })
await step('new-customer', async () => {
  id = (await sandbox('scan', { state: 'package-card', userId: GUIDE, name: '周小满' })).externalUserId
  await at('customer-select').selectOption(id); await at(`chat-${id}`).click()
  await sidebar.getByText('来自包裹卡').waitFor()
})
await step('send-first', async () => { await sidebar.getByRole('article').first().getByRole('button', { name: '发送' }).click(); await page.waitForTimeout(1500) })
await step('tag-open', async () => { await B(/^标签/).click(); await D().getByRole('checkbox').first().waitFor() })
await step('tag-save', async () => { await D().getByRole('checkbox', { name: '菲力' }).click(); await D().getByRole('button', { name: '保存' }).click(); await sidebar.locator('.tag:not(.pending)').getByText('菲力').waitFor() })
await step('note', async () => { await B('记一笔').click(); await D().getByRole('textbox').fill('家里两个孩子，大的花生过敏'); await D().getByText('置顶').first().click(); await shot('note-open'); await D().getByRole('button', { name: '保存' }).click(); await sidebar.getByText('花生过敏').first().waitFor() })
await step('reminder', async () => { await B('记一笔').click(); await D().getByRole('textbox').fill('问她吃得怎么样'); await D().getByText('三天后').click(); await D().getByRole('button', { name: '保存' }).click(); await page.waitForTimeout(800) })
await step('fields-open', async () => { await B(/^资料/).click(); await page.waitForTimeout(500) })
await step('fields-wrong', async () => {
  const boxes = D().getByRole('textbox'); await boxes.first().fill('四口'); 
  const c = D().locator('.choice').first(); if (await c.count()) await c.click()
  await D().getByRole('button', { name: /^保存/ }).click(); await page.waitForTimeout(1200)
})
await step('fields-right', async () => { await D().getByRole('textbox').first().fill('4'); await D().getByRole('button', { name: /^保存/ }).click(); await D().waitFor({ state: 'detached' }) })
await step('remark', async () => { await B(/改备注/).click(); await D().getByRole('textbox').fill('周姐·两个孩子'); await D().getByRole('button', { name: '保存' }).click(); await D().waitFor({ state: 'detached' }) })
await step('scripts', async () => { await scene.open('话术'); await sidebar.getByRole('searchbox').fill('jd'); await sidebar.getByRole('article').first().waitFor() })
await step('script-send', async () => { await sidebar.getByRole('article').first().getByRole('button', { name: '发送' }).click(); await page.waitForTimeout(1500) })
await step('script-tree', async () => { await sidebar.getByRole('searchbox').fill(''); await page.waitForTimeout(600) })
await step('own-script', async () => { await B(/^我的/).click(); await B('写一条自己的').click(); await D().getByRole('textbox', { name: '标题' }).fill('问火候'); await D().getByRole('textbox').nth(1).fill('{客户昵称}，上次的{上次买的}煎到几成熟？'); await D().getByRole('button', { name: '保存' }).click(); await page.waitForTimeout(1200) })
await step('favourite', async () => { await sidebar.locator('[aria-label*=收藏], .star').first().click(); await page.waitForTimeout(600) })
await step('buy', async () => { await scene.open('下一步'); await at('shop-product-NP-XL-200').click(); await at('pay').click(); await sidebar.getByText('¥128').first().waitFor() })
await step('invite', async () => { await sidebar.getByRole('article', { name: '邀请进「付费群」' }).getByRole('button', { name: '发邀请' }).click(); await page.waitForTimeout(1500) })
await step('done', async () => { await B('完成').click(); await page.waitForTimeout(800) })
await step('not-now', async () => { await B('现在不做').click(); await D().waitFor() })
await step('not-now-shut', async () => { await D().getByRole('button', { name: '关闭' }).click(); await D().waitFor({ state: 'detached' }) })
await step('orders', async () => { await scene.open('订单'); await page.waitForTimeout(800) })
const stranger = await sandbox('order', { orderId: 'WX-9001', phone: '13800138000', totalFen: 13850, status: 'paid', items: [{ sku: 'x', name: '菲力 150g', quantity: 1, priceFen: 13850 }] }).catch((e) => String(e))
console.log('stranger order', JSON.stringify(stranger))
await step('bind-wrong', async () => { await B(/按订单号绑定/).click(); await D().getByRole('textbox', { name: '订单号' }).fill('WX-9001'); await D().getByRole('textbox', { name: '手机后四位' }).fill('1111'); await D().getByRole('button', { name: '核对并绑定' }).click(); await D().getByRole('alert').waitFor() })
await step('bind-right', async () => { await D().getByRole('textbox', { name: '手机后四位' }).fill('8000'); await D().getByRole('button', { name: '核对并绑定' }).click(); await page.waitForTimeout(1500) })
await step('timeline', async () => { const shut = D().getByRole('button', { name: '关闭' }); if (await shut.count()) await shut.click(); await scene.open('动态'); await page.waitForTimeout(1000) })
await step('more', async () => { await B(/^更多/).click(); await page.waitForTimeout(400) })
await step('unwanted', async () => { await B(/^免打扰/).click(); await D().getByText('群发', { exact: true }).click(); await D().getByText('30 天').click(); await D().getByRole('button', { name: '记下' }).click(); await page.waitForTimeout(1200) })
await step('unwanted-shut', async () => { await D().getByRole('button', { name: '关闭' }).click(); await page.waitForTimeout(300) })
await step('why', async () => { await B(/^收起/).click(); await scene.open('下一步'); await B(/跟进计划/).click(); await page.waitForTimeout(1200) })
await step('why-shut', async () => { await D().getByRole('button', { name: '关闭' }).click(); await page.waitForTimeout(300) })
await step('offline', async () => { await page.context().setOffline(true); await sidebar.getByText('没有网络').first().waitFor() })
await step('offline-remark', async () => { await B(/改备注/).click(); await D().getByRole('textbox').fill('周姐·断网改的'); await D().getByRole('button', { name: '保存' }).click(); await page.waitForTimeout(3500) })
await step('online', async () => { await page.context().setOffline(false); await sidebar.getByText('没有网络').first().waitFor({ state: 'detached' }); await page.waitForTimeout(1500) })
await step('lost', async () => { await sandbox('deleteGuide', { userId: GUIDE, externalUserId: id }); await sidebar.getByText('删除你').first().waitFor({ timeout: 20000 }) })
await step('group', async () => { await page.locator('[data-test^="guide-group-"]').filter({ hasText: '付费群' }).first().click(); await sidebar.getByRole('heading', { name: /付费群/ }).waitFor(); await page.waitForTimeout(800) })
await step('group-send', async () => { await sidebar.getByRole('button', { name: /^发到群里/ }).first().click(); await page.waitForTimeout(1500) })
await step('day', async () => { await at(`guide-${GUIDE}`).click(); await sidebar.getByText('我的一天').waitFor(); await sidebar.locator('[aria-busy]').waitFor({ state: 'detached' }); await page.waitForTimeout(600) })
await step('find', async () => { await sidebar.getByRole('searchbox').fill('西冷'); await sidebar.getByText(/找到|没有这样/).waitFor() })
await step('find-none', async () => { await sidebar.getByRole('searchbox').fill('龙虾'); await sidebar.getByText('没有这样').waitFor() })
await step('open-from-day', async () => { await sidebar.getByRole('searchbox').fill(''); await sidebar.locator('.person').first().click(); await page.waitForTimeout(1500) })
console.log('faults', scene.faults)
await browser.close()
