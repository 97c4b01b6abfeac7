import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { aProfile, aScript } from '../testing/fixtures.ts'
import { someMyScripts } from '../testing/fixtures-known.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { article, button, buttonIn, buttons, click, link, screenText, sheets, submit, type } from '../testing/screen.ts'

afterEach(closeSidebars)

const place = async (name: RegExp) => {
  await click(link('话术'))
  await click(button(name))
}

test('what was sent of late is two taps away, and the third sends it', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await place(/^最近/)
  await click(buttonIn(article('到货后教解冻'), '发送'))
  expect(chat.sent).toHaveLength(1)
})

test('a star is seen at once, asked of the server once, and put back when it refuses', async () => {
  const setFavourite = vi.fn(async () => ({ ok: true as const }))
  await openSidebar({ api: { setFavourite } })
  await place(/^收藏/)
  const star = () => buttonIn(article('西冷和眼肉怎么选'), /^收藏/)
  expect(star().getAttribute('aria-pressed')).toBe('true')
  star().click()
  await Promise.resolve()
  expect(setFavourite.mock.calls).toEqual([[{ scriptId: 'sirloin-vs-ribeye', isFavourite: false }]])
})

test('one’s own words are written, with places at a tap, and what should be looked at is told', async () => {
  const writeScript = vi.fn(async () => ({ warnings: ['「最好」：广告法第九条不许用绝对化的说法'] }))
  await openSidebar({ api: { writeScript } })
  await place(/^我的/)
  await click(button('写一条自己的'))
  await type('标题', '问火候')
  await type('内容', '最好的，')
  await click(button('＋客户昵称'))
  await submit('我的话术')
  expect(writeScript.mock.calls).toEqual([
    [
      { title: '问火候', text: expect.stringContaining('{客户昵称}'), isTeam: false, key: expect.any(String) },
      undefined,
    ],
  ])
  expect(sheets()).toEqual([])
  expect(screenText()).toContain('广告法第九条')
})

test('what was begun is still there when the sheet was shut, and a refusal loses nothing', async () => {
  await openSidebar({ api: { writeScript: () => Promise.reject(new Error('自己的话术最多 100 条')) } })
  await place(/^我的/)
  await click(button('写一条自己的'))
  await type('标题', '问火候')
  await type('内容', '几成熟')
  await submit('我的话术')
  expect(screenText()).toContain('最多 100 条')
  document.querySelector('[role=dialog]')?.parentElement?.click()
  await vi.waitFor(() => expect(sheets()).toEqual([]))
  await click(button('写一条自己的'))
  expect(document.querySelector('textarea')?.value).toBe('几成熟')
})

test('the same words once more go under the same key, other words under their own', async () => {
  const writeScript = vi.fn(() => Promise.reject(new Error('连不上服务器')))
  await openSidebar({ api: { writeScript } })
  await place(/^我的/)
  await click(button('写一条自己的'))
  await type('标题', '问火候')
  await type('内容', '几成熟')
  await submit('我的话术')
  document.querySelector('[role=dialog]')?.parentElement?.click()
  await vi.waitFor(() => expect(sheets()).toEqual([]))
  await click(button('写一条自己的'))
  await submit('我的话术')
  await type('标题', '问解冻')
  await type('内容', '放冷藏了吗')
  await submit('我的话术')
  const [first, again, other] = (writeScript.mock.calls as unknown as [{ key: string }][]).map(([{ key }]) => key)
  expect([again === first, other === first]).toEqual([true, false])
})

test('one’s own are changed, and deleted with a second tap; others’ are not', async () => {
  const { api } = await openSidebar()
  await place(/^我的/)
  const card = article('问火候')
  await click(buttonIn(card, /^改原文/))
  await type('内容', '上次几成熟？')
  await submit('我的话术')
  expect(vi.mocked(api.writeScript).mock.calls[0]).toMatchObject([{ text: '上次几成熟？' }, 'own:7'])
  await click(buttonIn(card, /^删/))
  expect(api.removeScript).not.toHaveBeenCalled()
  await click(buttonIn(card, /^真的删/))
  expect(vi.mocked(api.removeScript).mock.calls).toEqual([['own:7']])
  await click(button(/^本店/))
  expect(article('店庆开场').textContent).toContain('周店长写的')
  expect(buttons(/^改原文/)).toEqual([])
  expect(buttons(/^写一条/)).toEqual([])
})

test('a lead writes for the store', async () => {
  const { api } = await openSidebar({ api: { myScripts: async () => ({ ...someMyScripts(), mayShare: true }) } })
  await place(/^本店/)
  await click(button('写一条给全店'))
  await type('标题', '店庆')
  await type('内容', '店庆了')
  await submit('我的话术')
  expect(vi.mocked(api.writeScript).mock.calls[0]?.[0]).toMatchObject({ isTeam: true })
})

test('what was written for one customer is kept as one’s own, her name as a place', async () => {
  const { api } = await openSidebar()
  await click(buttonIn(article('到货后教解冻'), '改一改'))
  await type('只改这一次', '孙瑶，今晚煎吗？')
  await click(button('存为我的话术'))
  expect(vi.mocked(api.writeScript).mock.calls[0]?.[0]).toMatchObject({
    title: '到货后教解冻',
    text: '{客户昵称}，今晚煎吗？',
  })
  expect(button('存好了').disabled).toBe(true)
})

const OF_ORDERS = '{客户昵称}，上次的{上次买的}还有吗？不想收点 {退订链接}'
const HER_LINK = 'https://huoshui.example.cn/t/1.abcdefghijklmn'
async function openWithLink(change: Parameters<typeof openSidebar>[0] = {}) {
  const script = aScript({ id: 'again', title: '问复购', text: OF_ORDERS })
  const proposal = { script, because: '', facts: [], said: null, became: null }
  const chat = fakeChat()
  const profile = async (externalUserId: string) => aProfile({ externalUserId, optOutUrl: HER_LINK })
  const proposals = async () => ({ proposals: [proposal], total: 1, how: 'file' as const })
  const opened = await openSidebar({ chat, ...change, api: { profile, proposals, ...change?.api } })
  await click(buttonIn(article('问复购'), '改一改'))
  return { ...opened, chat }
}
const keptText = (api: Awaited<ReturnType<typeof openSidebar>>['api'], nth = 0) =>
  vi.mocked(api.writeScript).mock.calls[nth]?.[0].text

test('nothing that is known of one customer, her opt-out link least of all, is kept for the next', async () => {
  const { api } = await openWithLink()
  const read = document.querySelector('textarea')?.value ?? ''
  expect(read).toContain(HER_LINK)
  await click(button('存为我的话术'))
  expect(keptText(api)).toBe(OF_ORDERS)
  await type('只改这一次', read.replace('还有吗', '吃完了吗'))
  await click(button('存为我的话术'))
  expect(keptText(api, 1)).toBe(OF_ORDERS.replace('还有吗', '吃完了吗'))
})

test('what was begun before her facts changed is kept without those of then', async () => {
  const { api, chat } = await openWithLink()
  const read = document.querySelector('textarea')?.value ?? ''
  await type('只改这一次', `周末好，${read}`)
  const orders = { ...aProfile().orders, lastItems: '眼肉 300g' }
  vi.mocked(api.profile).mockImplementation(async (externalUserId) =>
    aProfile({ externalUserId, optOutUrl: HER_LINK, orders, version: 'v2' }),
  )
  await chat.switchTo('wm-other')
  await chat.switchTo('wm-sunyao')
  await click(buttonIn(article('问复购'), '改一改'))
  expect(screenText()).toContain('这是你上次没有保存的')
  await click(button('存为我的话术'))
  expect(keptText(api)).toBe(`周末好，${OF_ORDERS}`)
})

test('a place that was written over is told of, and what grew too long is not sent to be refused', async () => {
  const { api } = await openWithLink()
  const read = document.querySelector('textarea')?.value ?? ''
  await type('只改这一次', read.replace('原切西冷牛排 200g ×4、黑椒酱', '西冷'))
  await click(button('存为我的话术'))
  expect(screenText()).toContain('「上次买的」改写过')
  await type('只改这一次', '孙瑶'.repeat(500))
  await click(button('存为我的话术'))
  expect(screenText()).toContain('超过 1000 字')
  expect(api.writeScript).toHaveBeenCalledTimes(1)
})

test('two quick taps keep one script, and a lost answer makes no second one', async () => {
  const answer = deferred<{ warnings: string[] }>()
  const writeScript = vi.fn(() => answer.promise)
  await openWithLink({ api: { writeScript } })
  const keep = button('存为我的话术')
  keep.click()
  keep.click()
  await flushPromises()
  expect(writeScript).toHaveBeenCalledTimes(1)
  answer.reject(new Error('没有网络'))
  await flushPromises()
  await click(keep)
  await type('只改这一次', '别的话')
  await click(keep)
  const keys = vi.mocked(writeScript).mock.calls.map((call) => (call as unknown as [{ key: string }])[0].key)
  expect(keys).toHaveLength(3)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
})

test('what is being written outlives another chat and another tab, and goes once it is saved', async () => {
  const chat = fakeChat()
  const { api } = await openSidebar({ chat })
  await place(/^我的/)
  await click(button('写一条自己的'))
  await type('标题', '问火候')
  await type('内容', '几成熟')
  await chat.switchTo('wm-other')
  await place(/^我的/)
  await click(button('写一条自己的'))
  expect(document.querySelector('textarea')?.value).toBe('几成熟')
  await submit('我的话术')
  expect(vi.mocked(api.writeScript).mock.calls[0]?.[0]).toMatchObject({ title: '问火候', text: '几成熟' })
  await click(button('写一条自己的'))
  expect(document.querySelector('textarea')?.value).toBe('')
})

test('a change that was begun stands there again with the way back', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await place(/^我的/)
  await click(buttonIn(article('问火候'), /^改原文/))
  const before = document.querySelector('textarea')?.value
  await type('内容', '改到一半')
  await chat.switchTo('wm-other')
  await place(/^我的/)
  await click(buttonIn(article('问火候'), /^改原文/))
  expect(document.querySelector('textarea')?.value).toBe('改到一半')
  await click(button('用现在的'))
  expect(document.querySelector('textarea')?.value).toBe(before)
  expect(sessionStorage.getItem('huoshui:drafts:linxia')).not.toContain('改到一半')
})

test('who leads no longer can still change what they wrote for the store, as words of their own', async () => {
  const [mine] = someMyScripts().own
  if (mine?.own === undefined) throw new Error('fixture')
  const own = [{ ...mine, own: { ...mine.own, isTeam: true } }]
  const { api } = await openSidebar({ api: { myScripts: async () => ({ ...someMyScripts(), own, mayShare: false }) } })
  await place(/^我的/)
  await click(buttonIn(article('问火候'), /^改原文/))
  await submit('我的话术')
  expect(vi.mocked(api.writeScript).mock.calls[0]?.[0]).toMatchObject({ isTeam: false })
})

test('stars that are tapped quickly stand as tapped until the last answer', async () => {
  const answers = [deferred<{ ok: true }>(), deferred<{ ok: true }>()]
  let nth = 0
  const favourites = [aScript(), aScript({ id: 'two', title: '第二条' })]
  const myScripts = vi.fn(async () => ({ ...someMyScripts(), favourites }))
  await openSidebar({ api: { myScripts, setFavourite: () => answers[nth++]?.promise ?? Promise.reject(new Error()) } })
  await place(/^收藏/)
  const isStarred = (title: string) => buttonIn(article(title), /^收藏/).getAttribute('aria-pressed')
  for (const title of ['到货后教解冻', '第二条']) await click(buttonIn(article(title), /^收藏/))
  answers[0]?.resolve({ ok: true })
  await flushPromises()
  expect([isStarred('到货后教解冻'), isStarred('第二条')]).toEqual(['false', 'false'])
  answers[1]?.reject(new Error('没有收藏成'))
  await flushPromises()
  expect(isStarred('第二条')).toBe('true')
})

test('facts of orders stand in the words; what is not known of her is said and does not go out', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await place(/^我的/)
  expect(article('问火候').textContent).toContain('孙瑶，上次的原切西冷牛排 200g ×4、黑椒酱煎到几成熟？')
  closeSidebars()
  const orders = { ...aProfile().orders, lastItems: null }
  const { api } = await openSidebar({ chat, api: { profile: async () => aProfile({ orders }) } })
  await place(/^我的/)
  expect(article('问火候').textContent).toContain('还不知道这位客户的「上次买的」')
  await click(buttonIn(article('问火候'), '发送'))
  expect([chat.sent, vi.mocked(api.noteSent).mock.calls]).toEqual([[], []])
})

test('a picture that goes along is seen, and whole after a tap', async () => {
  const script = aScript({ pictures: ['guide/解冻.png'] })
  await openSidebar({ api: { scriptsOf: async () => ({ scripts: [script] }) } })
  await click(link('话术'))
  await click(button(/^产品知识/))
  await click(button(/^解冻/))
  const picture = article('到货后教解冻').querySelector('img')
  expect(picture?.getAttribute('src')).toBe('/api/sidebar/scripts/picture?asset=guide%2F%E8%A7%A3%E5%86%BB.png')
  await click(button('看大图'))
  expect(button('缩小图片').className).toContain('large')
})
