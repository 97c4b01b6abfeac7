import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

const bytes = Buffer.from([0, 255, 1, 254, 2, 253, 3])
const big = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from('000005a100000438', 'hex'),
])

it('gives back the bytes that were uploaded, until WeCom forgets them after three days', async () => {
  const { media_id } = await t.wecom.media.upload({ type: 'file', fileName: '菜单.pdf', bytes })
  const file = await t.wecom.media.get(media_id)
  expect([file.bytes.equals(bytes), file.contentType]).toEqual([true, 'application/pdf'])
  t.clock.advance(3 * DAY_MS)
  await expect(t.wecom.media.get(media_id)).rejects.toMatchObject({
    errcode: 40007,
    zh: '企业微信拒绝了请求（40007 素材无效或已过期（临时素材 3 天有效））。下一次会再传一遍素材；还是这样就换一个文件',
  })
})

it('gives a recorded voice as speex, and no voice for a picture', async () => {
  const voice = await t.wecom.media.upload({ type: 'voice', fileName: 'a.amr', bytes })
  expect((await t.wecom.media.getVoice(voice.media_id)).contentType).toBe('audio/speex')
  const picture = await t.wecom.media.upload({ type: 'image', fileName: 'a.png', bytes })
  await expect(t.wecom.media.getVoice(picture.media_id)).rejects.toMatchObject({ errcode: 40007 })
})

describe('a file that WeCom fetches itself', () => {
  const video = Buffer.alloc(2_000, 'v')
  const md5 = createHash('md5').update(video).digest('hex')
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/a.mp4' ? 206 : 404).end(video)
  })
  let base = ''
  beforeEach(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const ask = async (body: { url?: string; md5?: string }) => {
    const given = { type: 'video', filename: 'a.mp4', url: `${base}/a.mp4`, md5, ...body } as const
    const { jobid } = await t.wecom.media.uploadByUrl(given)
    await t.sandbox.settle()
    return t.wecom.media.uploadByUrlResult(jobid)
  }

  it('is there when the job is done', async () => {
    const { status, detail } = await ask({})
    expect(status).toBe(2)
    expect((await t.wecom.media.get(detail?.media_id ?? '')).bytes.equals(video)).toBe(true)
    expect(t.sandbox.callbackLog().map((callback) => callback.event)).toEqual(['upload_media_job_finish'])
  })

  it('is not when the address or the checksum is wrong, and the result says why', async () => {
    expect(await ask({ url: `${base}/missing` })).toMatchObject({ status: 3, detail: { errcode: 830003 } })
    expect(await ask({ md5: '0'.repeat(32) })).toMatchObject({ status: 3, detail: { errcode: 301019 } })
    await expect(t.wecom.media.uploadByUrlResult('nothing')).rejects.toMatchObject({ errcode: 40088 })
  })
})

describe('before the call', () => {
  const media = () => t.wecom.media
  it.each([
    ['a picture that is a text', () => media().upload({ type: 'image', fileName: 'a.txt', bytes }), /jpg、jpeg、png/],
    ['a film of another kind', () => media().upload({ type: 'video', fileName: 'a.avi', bytes }), /只支持 mp4/],
    ['an empty file', () => media().upload({ type: 'file', fileName: 'a.pdf', bytes: Buffer.alloc(5) }), /是空的/],
    [
      'a picture too large for a moment',
      () => media().uploadAttachment({ use: 'moment', type: 'image', fileName: 'a.png', bytes: big }),
      /1441×1080 像素，朋友圈图片最大 1440×1080/,
    ],
    [
      'an address that is none',
      () => media().uploadByUrl({ type: 'file', filename: 'a.pdf', url: 'ftp://a', md5: '0'.repeat(32) }),
      /https:\/\/ 开头/,
    ],
  ])('%s is refused in Chinese', async (_, act, zh) => {
    await expect(act()).rejects.toMatchObject({ code: 'wecom.bad-request', zh: expect.stringMatching(zh) })
  })
})

it('a product picture may have any size', async () => {
  const { media_id } = await t.wecom.media.uploadAttachment({
    use: 'album',
    type: 'image',
    fileName: 'a.png',
    bytes: big,
  })
  expect(media_id).not.toBe('')
})

it('an address that leads elsewhere is not followed: the inner network is never asked', async () => {
  let asked = 0
  const inner = createServer((_request, response) => {
    asked += 1
    response.end('secret of the inner network')
  })
  const outer = createServer((request, response) => {
    const { port } = inner.address() as AddressInfo // it listens on TCP
    const status = Number(request.url?.slice(1))
    if (status === 200) response.end('picture')
    else response.writeHead(status, { location: `http://127.0.0.1:${port}/` }).end()
  })
  for (const server of [inner, outer]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`
  try {
    expect((await t.wecom.media.download(`${base}/200`)).bytes.toString()).toBe('picture')
    for (const status of [301, 302, 303, 307, 308]) {
      await expect(t.wecom.media.download(`${base}/${status}`)).rejects.toMatchObject({
        code: 'wecom.unreachable',
        message: expect.not.stringContaining('127.0.0.1'),
      })
    }
    expect(asked).toBe(0)
  } finally {
    for (const server of [inner, outer]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
})
