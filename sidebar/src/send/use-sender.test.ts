import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { aProfile, aScript, aTask, NOW_MS, someProposals } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { article, buttonIn, click, link, screenText, submit, type } from '../testing/screen.ts'
import { ChatError } from '../wecom/chat-client.ts'

afterEach(closeSidebars)

const FILLED =
  '孙瑶，牛排收到还顺利吗？记得提前一晚放冷藏慢慢解冻，口感最好。第一次煎不放心的话，拍张照给我，我告诉你火候。'

test('one tap sends the script with the customer’s name in it and logs it once', async () => {
  const chat = fakeChat()
  const { api } = await openSidebar({ chat })
  await click(buttonIn(article('到货后教解冻'), '发送'))
  expect(chat.sent).toEqual([{ msgtype: 'text', text: { content: FILLED } }])
  expect(vi.mocked(api.noteSent).mock.calls).toEqual([
    [
      'wm-sunyao',
      {
        ...{ key: expect.stringMatching(/^[0-9a-f]{32}$/), scriptId: 'after-delivery-thaw' },
        ...{ place: 1, shown: ['after-delivery-thaw', 'sirloin-vs-ribeye'] },
      },
    ],
  ])
  expect(screenText()).toContain('已发到聊天')
})

test('two quick taps send once; after 4 s the button is open again', async () => {
  vi.useFakeTimers()
  const chat = fakeChat()
  await openSidebar({ chat })
  const send = buttonIn(article('到货后教解冻'), '发送')
  send.click()
  send.click()
  await flushPromises()
  send.click()
  await flushPromises()
  expect(chat.sent).toHaveLength(1)
  expect(send.textContent).toContain('已发送')
  await vi.advanceTimersByTimeAsync(4_000)
  expect(send.disabled).toBe(false)
})

test('a picture goes after the words', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await click(buttonIn(article('西冷和眼肉怎么选'), '发送'))
  expect(chat.sent.map((message) => message.msgtype)).toEqual(['text', 'image'])
})

test('nothing goes to somebody else when the chat has changed behind the page', async () => {
  const chat = fakeChat('wm-sunyao')
  const { api } = await openSidebar({ chat })
  chat.changeSilently({ kind: 'customer', externalUserId: 'wm-other' })
  await click(buttonIn(article('到货后教解冻'), '发送'))
  expect(chat.sent).toEqual([])
  expect(api.noteSent).not.toHaveBeenCalled()
  expect(screenText()).toContain('聊天已经换人，这条没有发出')
  await flushPromises()
  expect(vi.mocked(api.profile).mock.calls.at(-1)?.[0]).toBe('wm-other')
})

test('a refusal of the chat window is told in plain words and nothing is logged', async () => {
  const chat = { ...fakeChat(), send: () => Promise.reject(new ChatError('no-permission')) }
  const { api } = await openSidebar({ chat })
  await click(buttonIn(article('到货后教解冻'), '发送'))
  expect(screenText()).toContain('企业微信没有给这个应用权限')
  expect(api.noteSent).not.toHaveBeenCalled()
  expect(buttonIn(article('到货后教解冻'), '发送').disabled).toBe(false)
})

test('what the chat window refuses can be copied, with the names in it, and is not told as sent', async () => {
  const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const chat = { ...fakeChat(), send: () => Promise.reject(new ChatError('refused')) }
  const { api } = await openSidebar({ chat })
  await click(buttonIn(article('到货后教解冻'), '发送'))
  await click(buttonIn(article('到货后教解冻'), '复制文字'))
  expect(writeText.mock.calls).toEqual([[FILLED]])
  expect(screenText()).toContain('已复制，到聊天里粘贴')
  expect(api.noteSent).not.toHaveBeenCalled()
})

test('where the client forbids copying it says so', async () => {
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('denied'))
  const chat = { ...fakeChat(), send: () => Promise.reject(new ChatError('refused')) }
  await openSidebar({ chat })
  await click(buttonIn(article('到货后教解冻'), '发送'))
  await click(buttonIn(article('到货后教解冻'), '复制文字'))
  expect(screenText()).toContain('这台设备不让复制')
})

test('a video is seen before it is sent, and where the client refuses it, it can be saved and sent by hand', async () => {
  const chat = { ...fakeChat(), send: () => Promise.reject(new ChatError('refused')) }
  const files = [
    { asset: 'guide/煎.mp4', kind: 'video' as const, name: '煎.mp4', bytes: 2_621_440 },
    { asset: 'guide/价目.pdf', kind: 'file' as const, name: '价目.pdf', bytes: 700 },
  ]
  const script = aScript({ files, messages: [{ msgtype: 'video', video: { mediaid: 'm-1' } }] })
  const proposal = { script, because: '', facts: [], said: null, became: null }
  await openSidebar({ chat, api: { proposals: async () => ({ proposals: [proposal], total: 1, how: 'file' }) } })
  const card = article('到货后教解冻')
  await vi.waitFor(() => expect(card.textContent).toContain('视频 2.5 MB'))
  expect([card.textContent?.includes('文件 1 KB'), card.querySelector('video')]).toEqual([true, null])
  await click(buttonIn(card, /煎.mp4/))
  expect(card.querySelector('video')?.getAttribute('src')).toBe(
    `/api/sidebar/scripts/file?asset=${encodeURIComponent('guide/煎.mp4')}`,
  )
  expect([...card.querySelectorAll('a')].map((one) => one.download)).toEqual(['煎.mp4', '价目.pdf'])
  await click(buttonIn(card, '发送'))
  expect(screenText()).toContain('也可以下载下来，在聊天里自己发')
})

test('the list that is drawn and the place in it go with what is told; out of the library none does', async () => {
  vi.useFakeTimers({ now: NOW_MS })
  const { proposals, total, how } = someProposals()
  const [first, second] = proposals
  // Heard within a day: it stands last, whatever the answer's order.
  const heard = { ...first, said: { atMs: NOW_MS, by: '林夏', isFresh: true } } as (typeof proposals)[number]
  const { api } = await openSidebar({
    api: { proposals: async () => ({ proposals: [heard, ...(second ? [second] : [])], total, how }) },
  })
  await click(buttonIn(article('西冷和眼肉怎么选'), '发送'))
  const shown = ['sirloin-vs-ribeye', 'after-delivery-thaw']
  await click(link('话术'))
  await type('搜话术', '解冻')
  await vi.advanceTimersByTimeAsync(500)
  await click(buttonIn(article(/解冻/), '发送'))
  const told = vi.mocked(api.noteSent).mock.calls.map(([, { scriptId, place, shown }]) => ({ scriptId, place, shown }))
  expect(told[0]).toEqual({ scriptId: 'sirloin-vs-ribeye', place: 1, shown })
  expect(told[1]).toMatchObject({ place: undefined, shown: undefined })
})

test('a log that fails once is tried again under the same key', async () => {
  const noteSent = vi.fn().mockRejectedValueOnce(new Error('network')).mockResolvedValue({ ok: true })
  await openSidebar({ api: { noteSent } })
  await click(buttonIn(article('到货后教解冻'), '发送'))
  const [first, second] = noteSent.mock.calls.map(([, sent]) => sent.key)
  expect(noteSent).toHaveBeenCalledTimes(2)
  expect(second).toBe(first)
})

test('words changed by hand go out once as written; the library stays as it is', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await click(buttonIn(article('到货后教解冻'), '改一改'))
  await type('只改这一次', '孙姐，今晚煎吗？')
  await submit('改一改再发')
  expect(chat.sent).toEqual([{ msgtype: 'text', text: { content: '孙姐，今晚煎吗？' } }])
  expect(article('到货后教解冻').textContent).toContain('孙瑶，牛排收到还顺利吗？')
})

test('an invitation sends its words and the group’s code with one tap, and says for which to-do', async () => {
  const chat = fakeChat()
  const { api } = await openSidebar({ chat })
  await click(buttonIn(article('邀请孙瑶进付费群'), '发邀请'))
  expect(chat.sent.map((message) => message.msgtype)).toEqual(['text', 'image'])
  expect(chat.sent[1]).toEqual({ msgtype: 'image', image: { mediaid: 'qr-1' } })
  expect(vi.mocked(api.noteSent).mock.calls[0]?.[1]).toMatchObject({ taskId: '41', scriptId: 'join-paid-group' })
})

test('an invitation whose words carry the group’s code themselves sends it once', async () => {
  const chat = fakeChat()
  const code = { msgtype: 'image', image: { mediaid: 'qr-1' } } as const
  const other = { msgtype: 'image', image: { mediaid: 'steak' } } as const
  const script = aScript({ messages: [{ msgtype: 'text', text: { content: '扫码进来' } }, other, code] })
  await openSidebar({ chat, api: { tasks: async () => ({ tasks: [aTask({ script })] }) } })
  await click(buttonIn(article('邀请孙瑶进付费群'), '发邀请'))
  expect(chat.sent).toEqual([{ msgtype: 'text', text: { content: '扫码进来' } }, other, code])
})

test('an invitation whose code is not ready cannot be sent yet', async () => {
  await openSidebar({
    api: { tasks: async () => ({ tasks: [aTask({ invitation: { pool: '付费群', messages: [] } })] }) },
  })
  const card = article('邀请孙瑶进付费群')
  expect(card.textContent).toContain('群二维码正在准备')
  expect(card.textContent).not.toContain('发邀请')
})

test('what cannot go along is said before sending', async () => {
  const script = aScript({ missing: ['图片 steak.png还没准备好，这次只发其余内容'] })
  await openSidebar({
    api: {
      proposals: async () => ({
        proposals: [{ script, because: '刚到货', facts: [], said: null, became: null }],
        total: 1,
        how: 'file',
      }),
    },
  })
  expect(article('到货后教解冻').textContent).toContain('图片 steak.png还没准备好')
})

test('the customer may change between two messages of one script; the rest is then kept back', async () => {
  const chat = fakeChat('wm-sunyao')
  const gate = deferred<void>()
  const send = vi.fn(() => gate.promise)
  const script = someProposals().proposals[1]
  if (script === undefined) throw new Error('fixture')
  await openSidebar({
    chat: { ...chat, send },
    api: { proposals: async () => ({ proposals: [script], total: 1, how: 'file' }) },
  })
  buttonIn(article('西冷和眼肉怎么选'), '发送').click()
  await flushPromises()
  chat.changeSilently({ kind: 'customer', externalUserId: 'wm-other' })
  gate.resolve()
  await flushPromises()
  expect(send).toHaveBeenCalledTimes(1)
})

const REST_MS = 10 * 60_000

describe('words that went without their picture', () => {
  const partial = async () => {
    const chat = fakeChat()
    const refused: string[] = []
    let refuses = true
    const send = async (message: Parameters<typeof chat.send>[0]) => {
      if (refuses && message.msgtype === 'image') {
        refused.push(message.msgtype)
        throw new ChatError('refused')
      }
      await chat.send(message)
    }
    const opened = await openSidebar({ chat: { ...chat, send } })
    const card = () => article('西冷和眼肉怎么选')
    const allow = () => {
      refuses = false
    }
    return { ...opened, chat, card, refused, allow }
  }

  test('are told as gone and offered no second time; a tap sends the picture alone', async () => {
    const { api, chat, card, refused, allow } = await partial()
    await click(buttonIn(card(), '发送'))
    expect(screenText()).toContain('文字已发出，图片没有发出：企业微信没有完成这一步')
    expect(screenText()).not.toContain('复制文字')
    // Refused once more it is still the picture alone.
    await click(buttonIn(card(), '补发图片'))
    expect(refused).toHaveLength(2)
    allow()
    await click(buttonIn(card(), '补发图片'))
    expect(chat.sent.map(({ msgtype }) => msgtype)).toEqual(['text', 'image'])
    const told = vi.mocked(api.noteSent).mock.calls.map(([, sent]) => sent)
    expect(told.map(({ part }) => part)).toEqual([
      { after: 0, went: ['text'], refused: ['image'] },
      { after: 1, before: ['text'], went: ['image'], refused: [] },
    ])
    // One use of the script, told in two parts.
    expect(new Set(told.map(({ key }) => key)).size).toBe(1)
    expect(card().textContent).toContain('已发送')
  })

  test('as changed by hand: those of the script do not go after them', async () => {
    const { chat, card, allow } = await partial()
    await click(buttonIn(card(), '改一改'))
    await type('只改这一次', '眼肉更嫩')
    await submit('改一改再发')
    allow()
    await click(buttonIn(card(), '补发图片'))
    expect(chat.sent).toEqual([
      { msgtype: 'text', text: { content: '眼肉更嫩' } },
      { msgtype: 'image', image: { mediaid: 'media-1' } },
    ])
  })

  test('are offered with their picture again in another conversation', async () => {
    vi.useFakeTimers()
    const { card } = await partial()
    await click(buttonIn(card(), '发送'))
    expect(buttonIn(card(), '补发图片').disabled).toBe(false)
    await vi.advanceTimersByTimeAsync(REST_MS)
    expect(buttonIn(card(), '发送').disabled).toBe(false)
  })
})

test.each(['{小仙女}', '{导购名}', '{客户昵称}'])(
  'braces in the nickname %s are a nickname, also in words that were changed by hand',
  async (name) => {
    const chat = fakeChat()
    await openSidebar({ chat, api: { profile: async () => aProfile({ name }) } })
    await click(buttonIn(article('到货后教解冻'), '改一改'))
    await type('只改这一次', `${name}，今晚煎吗？{限时}`)
    await submit('改一改再发')
    expect(chat.sent).toEqual([{ msgtype: 'text', text: { content: `${name}，今晚煎吗？{限时}` } }])
  },
)

test('a place that was left in words changed by hand does not go out, and what was written stays', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await click(buttonIn(article('到货后教解冻'), '改一改'))
  await type('只改这一次', '{上次买的}好吃吗')
  await submit('改一改再发')
  expect(chat.sent).toEqual([])
  expect(screenText()).toContain('「{上次买的}」还在')
  await click(buttonIn(article('到货后教解冻'), '改一改'))
  expect(document.querySelector('textarea')?.value).toBe('{上次买的}好吃吗')
})
