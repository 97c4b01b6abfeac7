import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ClientMoods } from '../../sandbox/client-moods.ts'
import { launchBrowser, openScene, type Scene } from './open-scene.ts'
import { type Demo, startDemo } from './start-demo.ts'

/** The built pane with the real SDK in it, beside a client in every mood: what the guide sees then. The sandbox's client asks
 *  for agentConfig with a true signature of this very page before it says anything. */

const GUIDE = 'linxiaoyu'
let demo: Demo
let browser: Browser
let customers: { anan: string; xiaoman: string }
beforeAll(async () => {
  demo = await startDemo()
  browser = await launchBrowser()
  const scan = async (name: string): Promise<string> => {
    const { externalUserId } = await demo.sandbox<{ externalUserId: string }>('scan', {
      state: 'package-card',
      userId: GUIDE,
      name,
    })
    return externalUserId
  }
  customers = { anan: await scan('安安妈咪'), xiaoman: await scan('小满') }
})
afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

let scene: Scene
beforeEach(async () => {
  await demo.sandbox('set-client')
  scene = await openScene(demo, browser)
  await scene.at(`guide-${GUIDE}`).click()
})
afterEach(() => scene.close())

/** From now on the client is so; its native side is the desk's page, which hears of it a moment later. */
async function be(moods: Partial<ClientMoods>): Promise<void> {
  const wanted = await demo.sandbox<ClientMoods>('set-client', moods)
  const now = () =>
    scene.page.evaluate(`import('/desk.js').then(({ state }) => JSON.parse(JSON.stringify(state.value.client)))`)
  await expect.poll(now, { timeout: 10_000 }).toEqual(wanted)
}
const name = () => scene.sidebar.locator('h1.name')
const says = (text: string | RegExp) => scene.sidebar.getByText(text).first().waitFor()

/** The pane anew beside this chat, as a client opens it. */
async function openBeside(externalUserId: string): Promise<void> {
  await scene.at(`chat-${externalUserId}`).click()
  await reload()
}

async function reload(): Promise<void> {
  const frame = scene.page.frames().find((one) => one.url().includes('/sidebar/'))
  if (frame === undefined) throw new Error('no pane')
  await frame.evaluate('window.isBefore = true; location.reload()').catch(() => undefined)
  // What is asked next is to be answered by the new page: the one before has a name too.
  const isBefore = () => frame.evaluate('window.isBefore === true').catch(() => true)
  await expect.poll(isBefore, { timeout: 15_000 }).toBe(false)
}

async function nameIs(expected: string): Promise<void> {
  await expect
    .poll(
      () =>
        name()
          .textContent()
          .catch(() => ''),
      { timeout: 15_000 },
    )
    .toContain(expected)
}

test('the page carries the real SDK and speaks with the client through WeixinJSBridge alone', async () => {
  await openBeside(customers.anan)
  await nameIs('安安妈咪')
  const frame = scene.page.frames().find((one) => one.url().includes('/sidebar/'))
  expect(await frame?.evaluate('navigator.userAgent')).toMatch(/ wxwork\/4\.1\.38 /)
  expect(await frame?.evaluate('typeof WeixinJSBridge.invoke')).toBe('function')
  expect(scene.faults).toEqual([])
})

test.each<[string, Partial<ClientMoods>]>([
  ['answers each question twice', { answers: 2 }],
  ['puts its bridge in late', { injectedAfterMs: 1_500 }],
  ['is older than 3.0.24', { version: '3.0.16' }],
])('a client that %s: the customer is there, once', async (_what, moods) => {
  await be(moods)
  await openBeside(customers.anan)
  await nameIs('安安妈咪')
  await expect.poll(() => name().count(), { timeout: 15_000 }).toBe(1)
  expect(scene.faults).toEqual([])
})

test('a client that answers twice sends a message once', async () => {
  await be({ answers: 2 })
  await openBeside(customers.xiaoman)
  await nameIs('小满')
  const proposal = scene.sidebar.getByRole('article').first()
  await proposal.getByRole('button', { name: '发送' }).click()
  await says('已发到聊天')
  type Said = { from: string; via?: string }
  const said = await demo.sandbox<Said[]>('messages-of', { externalUserId: customers.xiaoman })
  expect(said.filter(({ via }) => via === 'sidebar')).toHaveLength(1)
})

test('a client that takes 4 s for each answer: it is said to be slow, and then the customer is there', async () => {
  await be({ answerAfterMs: 4_000 })
  await openBeside(customers.anan)
  await says('企业微信有点慢，还在等它告诉我们当前客户…')
  await nameIs('安安妈咪')
})

test.each<[string, Partial<ClientMoods>, RegExp]>([
  ['has no permission', { refuses: { getCurExternalContact: 'fail no permission' } }, /请管理员检查应用的可信域名/],
  [
    'refuses the signature',
    { refuses: { agentConfig: 'fail_invalid signature e=40093' } },
    /请管理员检查应用的可信域名/,
  ],
  ['fails without a word', { refuses: { getContext: 'fail' } }, /企业微信没有完成这一步，请重试/],
  ['never answers', { silent: ['getContext'] }, /企业微信太久没有回应，请重试/],
])(
  'a client that %s: it is said in words, and 重试 opens the customer when it is well',
  async (_what, moods, words) => {
    await be(moods)
    await openBeside(customers.anan)
    await says(words)
    await be({})
    await scene.sidebar.getByRole('button', { name: '重试' }).click()
    await nameIs('安安妈咪')
  },
)

test('a client that refuses to send says so, and the text stays to be sent again', async () => {
  await openBeside(customers.anan)
  await nameIs('安安妈咪')
  await be({ refuses: { sendChatMessage: 'cancel' } })
  const send = scene.sidebar.getByRole('article').first().getByRole('button', { name: '发送' })
  await send.click()
  await says('你在企业微信里取消了，什么都没有做')
  await be({})
  await send.click()
  await says('已发到聊天')
})

test('beside a group the group is shown', async () => {
  const group = scene.page.locator('[data-test^="guide-group-"]').first()
  await group.click()
  await reload()
  await scene.sidebar.getByRole('heading', { name: /群/ }).first().waitFor()
  expect(await name().count()).toBe(0)
})

test('outside any chat the guide’s own day is shown', async () => {
  await scene.page.evaluate(`localStorage.removeItem('desk.chat')`)
  await scene.page.reload()
  await scene.at(`guide-${GUIDE}`).click()
  await says('我的一天')
})

test('in an ordinary browser nobody is waited for: the guide’s own day at once, and a chat is not opened from there', async () => {
  await openBeside(customers.anan)
  await nameIs('安安妈咪')
  const frame = scene.page.frames().find((one) => one.url().includes('/sidebar/'))
  const page = await scene.page.context().newPage()
  await page.goto(frame?.url() ?? '')
  await page.getByText('我的一天').first().waitFor({ timeout: 5_000 })
  await page.close()
})

test.each<ClientMoods['switchBy']>(['hide', 'reload'])(
  'another chat by %s: the former customer is gone before the new one is known, and is never written to',
  async (switchBy) => {
    await be({ switchBy })
    await openBeside(customers.anan)
    await nameIs('安安妈咪')
    await be({ switchBy, answerAfterMs: 1_200 })
    await scene.at(`chat-${customers.xiaoman}`).click()
    await scene.sidebar.getByText('安安妈咪').first().waitFor({ state: 'hidden', timeout: 1_000 })
    await nameIs('小满')
    expect(await scene.sidebar.getByText('安安妈咪').isVisible()).toBe(false)
  },
)
