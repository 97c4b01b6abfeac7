import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const picture = { name: '牛排.png', type: 'image/png', bytes: Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 255]) }

it('gives back what was uploaded, for three days', async () => {
  const made = await t.upload('media/upload', { type: 'image' }, picture)
  expect(made).toMatchObject({ errcode: 0, type: 'image', created_at: '1740790800' })
  const address = await t.address('media/get', { media_id: String(made.media_id) })
  const answer = await fetch(address)
  expect(answer.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await answer.arrayBuffer()).equals(picture.bytes)).toBe(true)
  t.clock.advance(3 * 86_400_000)
  expect((await t.get('media/get', { media_id: String(made.media_id) })).errcode).toBe(40007)
})

it('keeps uploaded pictures under a permanent address that is no media_id', async () => {
  const { url } = await t.upload('media/uploadimg', {}, picture)
  t.clock.advance(30 * 86_400_000)
  const answer = await fetch(String(url))
  expect(Buffer.from(await answer.arrayBuffer()).equals(picture.bytes)).toBe(true)
  expect((await t.get('media/get', { media_id: String(url).split('/').at(-1) ?? '' })).errcode).toBe(40007)
})

it('refuses wrong kinds, empty and oversized files', async () => {
  const up = async (type: string, file: typeof picture) => (await t.upload('media/upload', { type }, file)).errcode
  expect(await up('song', picture)).toBe(40004)
  expect(await up('image', { ...picture, name: 'a.txt', type: 'text/plain' })).toBe(40004)
  expect(await up('image', { ...picture, bytes: Buffer.alloc(5) })).toBe(44001)
  expect(await up('voice', { ...picture, bytes: Buffer.alloc(2 * 1024 * 1024 + 1) })).toBe(45001)
})
