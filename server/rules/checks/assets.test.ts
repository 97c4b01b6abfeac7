import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AssetUse, createAssetCheck } from './assets.ts'

const MB = 1024 * 1024
const PNG = Buffer.from('89504e470d0a1a0a', 'hex')
const MP4 = Buffer.from('0000001c66747970', 'hex')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assets-'))
  mkdirSync(join(folder, 'assets'))
  const write = (name: string, head: Buffer, bytes: number): void => {
    writeFileSync(join(folder, 'assets', name), head)
    truncateSync(join(folder, 'assets', name), bytes)
  }
  write('a.png', PNG, 2 * MB)
  write('big.png', PNG, 2 * MB + 1)
  write('a.mp4', MP4, 10 * MB)
  write('big.mp4', MP4, 10 * MB + 1)
  write('odd.mp4', PNG, 100)
  write('a.mov', MP4, 100)
  write('价目表.pdf', Buffer.from('%PDF-1'), 20 * MB)
  write('big.pdf', Buffer.from('%PDF-1'), 20 * MB + 1)
  write('empty.pdf', Buffer.alloc(0), 5)
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each<[AssetUse, string, string | undefined]>([
  ['image', 'a.png', undefined],
  ['image', 'big.png', '企业微信只收 2 MB 以内的图片，压缩后再放'],
  ['image', 'a.mp4', '企业微信只收 2 MB 以内的图片，压缩后再放'],
  ['video', 'a.mp4', undefined],
  ['video', 'big.mp4', '企业微信只收 10 MB 以内的视频，压缩后再放'],
  ['video', 'odd.mp4', '重新导出成 MP4'],
  ['video', 'a.mov', '企业微信只收 MP4 视频'],
  ['video', 'none.mp4', '把视频放到 config/assets/none.mp4'],
  ['video', '../policy.yaml', '写 config/assets/ 下面的路径，用 / 分隔，如 welcome/parcel.png'],
  ['file', '价目表.pdf', undefined],
  ['file', 'big.pdf', '企业微信只收 20 MB 以内的文件，压缩后再放'],
  ['file', 'empty.pdf', '企业微信只收 20 MB 以内的文件，压缩后再放'],
  ['file', 'a.mov', undefined],
])('as %s, %s: %s', (as, asset, suggestion) => {
  expect(createAssetCheck(folder)(asset, as)?.[1]).toBe(suggestion)
})

test('the same file is looked at anew for what else it is used as', () => {
  const check = createAssetCheck(folder)
  expect([check('a.mov', 'file'), check('a.mov', 'video')?.[1]]).toEqual([undefined, '企业微信只收 MP4 视频'])
})
