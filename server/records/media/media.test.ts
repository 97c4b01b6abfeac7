import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { AttachmentRule, ScriptAttachmentRule } from '../../rules/schema/content.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const png = (tail: string): Buffer => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(tail)])
const config = {
  'welcomes/w.yaml': `
welcome: 默认
default: true
text: 您好
attachments:
  - image: coupon.png
  - miniProgram: { title: 牧野牛排商城, appid: wx0123456789abcdef, page: pages/index, cover: cover.png }
  - groupQr: 科普群
`,
  'groups/g.yaml': `
pool: 科普群
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: {}
inviteBy: welcome
`,
  'assets/coupon.png': png('coupon'),
  'assets/cover.png': png('cover'),
}
const IMAGE: AttachmentRule = { image: 'coupon.png' }
const MINI: AttachmentRule = {
  miniProgram: { title: '牧野牛排商城', appid: 'wx0123456789abcdef', page: 'pages/index', cover: 'cover.png' },
}
const GROUP: AttachmentRule = { groupQr: '科普群' }

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config })
})
afterEach(() => t.close())

const wecomTakes = (...rules: AttachmentRule[]) => t.db.tx((tx) => t.huoshui.media.attachments(tx, rules))
const sidebarTakes = async (...rules: ScriptAttachmentRule[]) =>
  (await t.db.tx((tx) => t.huoshui.media.chatMessages(tx, [rules])))[0] ?? { ready: [], missing: [] }
const uploads = (): [permanent: number, temporary: number] => [
  t.sandbox.calls('media/uploadimg').length,
  t.sandbox.calls('media/upload').length,
]
const bytesAt = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer())

it('has every picture of the rules ready before anybody asks', async () => {
  const { ready, missing } = await wecomTakes(IMAGE, MINI, GROUP)
  expect(missing).toEqual(['群二维码「科普群」'])
  expect(ready).toEqual([
    { msgtype: 'image', image: { pic_url: expect.stringMatching(/^http/) } },
    {
      msgtype: 'miniprogram',
      miniprogram: {
        title: '牧野牛排商城',
        appid: 'wx0123456789abcdef',
        page: 'pages/index',
        pic_media_id: expect.any(String),
      },
    },
  ])
  const [image] = ready
  if (image?.msgtype !== 'image' || !('pic_url' in image.image)) throw new Error('not a picture by url')
  expect(await bytesAt(image.image.pic_url)).toEqual(png('coupon'))
  // The coupon by url alone, the cover by url and id.
  expect(uploads()).toEqual([2, 1])
  await t.advance(MINUTE_MS)
  expect(uploads()).toEqual([2, 1])
})

it('fetches a group pool’s code as soon as there is one', async () => {
  await t.sandbox.createGroup({ name: '牧野·科普1', ownerUserId: 'lisi' })
  for (let round = 0; round < 12; round++) await t.advance(10 * SECOND_MS)
  const [qr] = (await wecomTakes(GROUP)).ready
  const way = [...t.sandbox.world.joinWays.values()][0]
  if (qr?.msgtype !== 'image' || !('pic_url' in qr.image)) throw new Error('not a picture by url')
  expect(await bytesAt(qr.image.pic_url)).toEqual(await bytesAt(`${t.sandbox.url}/_sandbox/qr/${way?.configId}.png`))
  expect((await sidebarTakes(GROUP)).ready).toEqual([{ msgtype: 'image', image: { mediaid: expect.any(String) } }])
})

it('renews a media id a day before it dies', async () => {
  const [before] = (await wecomTakes(MINI)).ready
  await t.advance(DAY_MS)
  await t.advance(DAY_MS - MINUTE_MS)
  expect((await wecomTakes(MINI)).ready).toEqual([before])
  await t.advance(2 * MINUTE_MS)
  const [after] = (await wecomTakes(MINI)).ready
  expect(after).not.toEqual(before)
  expect(uploads()).toEqual([2, 2])
})

it('sends the mini-program with a welcome on the fifth day, though WeCom has forgotten the first upload', async () => {
  const [first] = (await wecomTakes(MINI)).ready
  if (first?.msgtype !== 'miniprogram') throw new Error('not a mini-program')
  for (let hours = 0; hours < 5 * 24; hours += 6) await t.advance(6 * HOUR_MS)
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  expect(t.sandbox.messagesOf(externalUserId).map((message) => message.kind)).toContain('miniprogram')
  expect(t.sandbox.calls('media/upload').length).toBeGreaterThan(1)
  // What was uploaded first would be refused by now.
  const forgotten = t.huoshui.wecom.media.get(first.miniprogram.pic_media_id ?? '')
  await expect(forgotten).rejects.toMatchObject({ errcode: 40007 })
})

it('does not offer an id that has died while WeCom was away', async () => {
  t.sandbox.faults.set({ path: 'media/upload', http: 503 })
  for (let hour = 0; hour < 73; hour++) await t.advance(HOUR_MS)
  expect(await wecomTakes(MINI)).toEqual({ ready: [], missing: ['小程序「牧野牛排商城」'] })
  expect(await t.db.tx((tx) => t.huoshui.media.queries.troubles(tx))).toEqual([
    { source: 'asset:cover.png', trouble: '暂时连不上企业微信，稍后会自动重试' },
    { source: 'group-qr:科普群', trouble: '还没有准备好' },
  ])
  t.sandbox.faults.clear()
  await t.advance(HOUR_MS)
  expect((await wecomTakes(MINI)).missing).toEqual([])
})

it('takes a changed file and keeps the old picture until the new one is up', async () => {
  const before = await wecomTakes(IMAGE)
  t.sandbox.faults.set({ path: 'media/uploadimg', errcode: 40009 })
  writeFileSync(join(t.configDir, 'assets/coupon.png'), png('another coupon'))
  await t.advance(10 * SECOND_MS)
  expect(await wecomTakes(IMAGE)).toEqual(before)
  const [refused] = uploads()
  for (let second = 0; second < 20; second++) await t.advance(SECOND_MS)
  expect(uploads()).toEqual([refused, 1])

  t.sandbox.faults.clear()
  await t.advance(MINUTE_MS)
  const [image] = (await wecomTakes(IMAGE)).ready
  if (image?.msgtype !== 'image' || !('pic_url' in image.image)) throw new Error('not a picture by url')
  expect(await bytesAt(image.image.pic_url)).toEqual(png('another coupon'))
})

it('says which file is missing, and looks again in every round', async () => {
  rmSync(join(t.configDir, 'assets/coupon.png'))
  await t.advance(10 * SECOND_MS)
  const troubles = await t.db.tx((tx) => t.huoshui.media.queries.troubles(tx))
  expect(troubles).toContainEqual({
    source: 'asset:coupon.png',
    trouble: '素材 coupon.png 找不到，请放到配置目录的 assets 下',
  })
  writeFileSync(join(t.configDir, 'assets/coupon.png'), png('coupon'))
  await t.advance(10 * SECOND_MS)
  expect((await t.db.tx((tx) => t.huoshui.media.queries.troubles(tx))).map((one) => one.source)).toEqual([
    'group-qr:科普群',
  ])
})

it('keeps to WeCom’s bytes in titles, and leaves out a link whose address is too long', async () => {
  const title = '牛排'.repeat(40)
  const url = 'https://shop.example.com/'
  const { ready, missing } = await wecomTakes(
    { link: { title, url, desc: '好'.repeat(300) } },
    { link: { title: '长', url: `${url}${'a'.repeat(2_100)}` } },
  )
  expect(missing).toEqual(['链接「长」'])
  const [link] = ready
  if (link?.msgtype !== 'link') throw new Error('not a link')
  expect(Buffer.byteLength(link.link.title)).toBeLessThanOrEqual(128)
  expect(Buffer.byteLength(link.link.desc ?? '')).toBeLessThanOrEqual(512)
  expect(link.link.title.endsWith('…')).toBe(true)
})

const MP4 = Buffer.concat([Buffer.from('0000001c66747970', 'hex'), Buffer.from('isom how to fry')])
const SCRIPTS = `domain: 产品
situations:
  - situation: 煎
    scripts:
      - id: fry
        title: 怎么煎
        aim: 会煎
        expect: 好的
        text: 看这个。
        attachments: [{ video: fry.mp4 }, { file: 价目表.pdf }]
`
it('uploads videos and files as what they are, under the name that customers read, and again before they die', async () => {
  await t.close()
  t = await buildTestApp({
    config: {
      ...config,
      'scripts/产品.yaml': SCRIPTS,
      'assets/fry.mp4': MP4,
      'assets/价目表.pdf': Buffer.from('%PDF-1.7 a'),
    },
  })
  const both = () => sidebarTakes({ video: 'fry.mp4' }, { file: '价目表.pdf' })
  const { ready: first, missing } = await both()
  expect(missing).toEqual([])
  const [video, file] = first
  if (video?.msgtype !== 'video' || file?.msgtype !== 'file') throw new Error('not a video and a file')
  const held = (id: string) => t.sandbox.world.media.get(id)
  expect(held(video.video.mediaid)).toMatchObject({ type: 'video', bytes: MP4 })
  expect(held(file.file.mediaid)).toMatchObject({ type: 'file', filename: '价目表.pdf' })
  // A lasting picture of neither is asked for.
  expect(t.sandbox.calls('media/uploadimg')).toHaveLength(2)
  await t.advance(2 * DAY_MS + MINUTE_MS)
  const { ready: second } = await both()
  expect(second).toHaveLength(2)
  expect(second).not.toEqual(first)
  const said = { userId: 'zhangsan', externalUserId: (await t.sandbox.scan({ userId: 'zhangsan' })).externalUserId }
  const sending = (msgtype: string, media_id: string) =>
    t.sandbox.guideSays({ ...said, message: { attachments: [{ msgtype, [msgtype]: { media_id } }] } })
  await sending('video', video.video.mediaid)
  await expect(sending('file', video.video.mediaid)).rejects.toThrow('没有发出')
  await t.advance(DAY_MS)
  await expect(sending('video', video.video.mediaid)).rejects.toThrow('没有发出')
  writeFileSync(join(t.configDir, 'assets/fry.mp4'), Buffer.concat([MP4, Buffer.from(' better')]))
  await t.advance(10 * SECOND_MS)
  const [better] = (await both()).ready
  expect(better).not.toEqual(second[0])
})

it('gives the sidebar ids for pictures and pages that end in .html', async () => {
  expect((await sidebarTakes(MINI, { link: { title: '菜谱', url: 'https://a.cn' } })).ready).toEqual([
    {
      msgtype: 'miniprogram',
      miniprogram: {
        appid: 'wx0123456789abcdef',
        title: '牧野牛排商城',
        page: 'pages/index.html',
        imgUrl: expect.stringMatching(/^http/),
      },
    },
    { msgtype: 'news', news: { title: '菜谱', link: 'https://a.cn' } },
  ])
})
