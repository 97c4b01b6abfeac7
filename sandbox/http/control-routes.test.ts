import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const control = async (name: string, input: object = {}) => {
  const answer = await fetch(`${t.url}/_sandbox/${name}`, { method: 'POST', body: JSON.stringify(input) })
  return { status: answer.status, ...((await answer.json()) as { ok: boolean; result?: unknown; message?: string }) }
}
const state = async (query: Record<string, string>) =>
  (await fetch(`${t.url}/_sandbox/state?${new URLSearchParams(query)}`)).json()

it('does over HTTP what it does in process', async () => {
  const scanned = await control('scan', { userId: 'lisi', externalUserId: 'wm1', name: '小满' })
  expect(scanned).toMatchObject({ status: 200, ok: true, result: { externalUserId: 'wm1', userId: 'lisi' } })
  expect(await control('settle')).toMatchObject({ ok: true })
  expect((await control('callbacks')).result).toMatchObject([{ tries: 1, delivered: true }])
  expect(await control('say', { userId: 'lisi', externalUserId: 'wm1', text: '你好' })).toMatchObject({ ok: true })
  expect((await control('messages-of', { externalUserId: 'wm1' })).result).toMatchObject([
    { kind: 'notice' },
    { text: '你好' },
  ])
})

it('says in Chinese why not', async () => {
  expect(await control('scan', {})).toEqual({ status: 409, ok: false, message: '这个渠道码没有可添加的导购' })
  expect((await control('fly')).status).toBe(404)
})

it('sets faults and limits from outside', async () => {
  const address = await t.address('user/get', { userid: 'lisi' })
  const ask = async () => (await fetch(address)).json()
  await control('set-fault', { path: 'user/get', errcode: -1, times: 1 })
  expect(await ask()).toMatchObject({ errcode: -1 })
  await control('set-limits', { perMinute: 0 })
  expect(await ask()).toMatchObject({ errcode: 45009 })
  const seen = (await control('calls', { path: 'user/get' })).result
  expect(seen).toMatchObject([{ errcode: -1, query: { userid: 'lisi' } }, { errcode: 45009 }])
})

it('offers 扫码进群 on messages that carry a group code, by address or by uploaded picture', async () => {
  const { chatId } = await t.sandbox.createGroup({ name: '科普群', ownerUserId: 'lisi' })
  const { config_id } = await t.post('externalcontact/groupchat/add_join_way', {
    scene: 2,
    chat_id_list: [chatId],
    remark: '科普群',
  })
  const picUrl = `${t.url}/_sandbox/qr/${config_id}.png`
  const bytes = Buffer.from(await (await fetch(picUrl)).arrayBuffer())
  const { media_id } = await t.upload('media/upload', { type: 'image' }, { name: 'q.png', type: 'image/png', bytes })
  const pair = { userId: 'lisi', externalUserId: 'wm1' }
  await t.sandbox.scan(pair)
  for (const image of [{ pic_url: picUrl }, { media_id }]) {
    await t.sandbox.guideSays({ ...pair, message: { attachments: [{ msgtype: 'image', image }] } })
  }
  const seen = await state({ customer: 'wm1', guide: 'lisi', chat: 'wm1' })
  const offer = { joinConfigId: config_id, joinName: '科普群' }
  expect(seen).toMatchObject({ customer: { messages: [{ kind: 'notice' }, offer, offer] } })
})

it('serves the page and its parts', async () => {
  const files = ['/', '/app.js', '/base.css', '/_sandbox/vue.js', '/_sandbox/avatar/lisi.svg', '/_sandbox/dish/西冷']
  for (const file of files) expect((await fetch(t.url + encodeURI(file))).status).toBe(200)
  expect((await fetch(`${t.url}/nothing`)).status).toBe(404)
})
