import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const GOOD = 'moment: 上新\ncron: "0 10 * * 6"\ntags: [来源/包裹卡]\ncontent: { text: 早 }\n'

/** An mp4 that says how long it is, and nothing else; version 1 has the longer numbers. */
function film(seconds: number, version: 0 | 1 = 0): Buffer {
  const header = Buffer.alloc(version === 1 ? 32 : 20)
  header.writeUInt8(version, 0)
  header.writeUInt32BE(600, version === 1 ? 20 : 12)
  if (version === 1) header.writeBigUInt64BE(BigInt(seconds * 600), 24)
  else header.writeUInt32BE(seconds * 600, 16)
  return Buffer.concat([
    box('ftyp', Buffer.from('isom')),
    box('moov', box('free', Buffer.alloc(8)), box('mvhd', header)),
  ])
}
function box(kind: string, ...within: Buffer[]): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + within.reduce((sum, { length }) => sum + length, 0))
  head.write(kind, 4, 'latin1')
  return Buffer.concat([head, ...within])
}

async function saidOf(text: string, assets: Record<string, Buffer> = {}): Promise<string[]> {
  const { folder, remove } = ruleFolderOnDisk({ 'moments/m.yaml': text, ...assets })
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  return [...faults, ...advice]
    .filter(({ file }) => file === 'moments/m.yaml')
    .map((one) => `${one.line} ${one.message}`)
}

const LINK = '{ link: { title: 看看, url: "https://a.cn" } }'
it.each<[string, string, string[]]>([
  ['a good one', GOOD, []],
  ['no time', GOOD.replace('cron: "0 10 * * 6"\n', ''), ['1 没有写什么时候发']],
  ['two times', `${GOOD}at: "2099-12-24 10:00"\n`, ['2 at 和 cron 只能写一个']],
  ['several a day', GOOD.replace('0 10', '*/5 10'), ['2 这样会一天发好几次']],
  ['an unknown tag', GOOD.replace('包裹卡', '包裹咖'), ['3 没有叫「来源/包裹咖」的标签']],
  ['a name in it', GOOD.replace('早', '"{导购名}早"'), ['4 这里不能用 {导购名}']],
  ['2,000 characters', GOOD.replace('早', '牛'.repeat(2_000)), []],
  ['2,001 characters', GOOD.replace('早', '牛'.repeat(2_001)), ['4 文字太长：2001 个字，企业微信最多 2000 个字']],
  ['nothing in it', GOOD.replace('text: 早', ''), ['4 没有内容']],
  [
    'a link among others',
    GOOD.replace('text: 早', `attachments: [${LINK}, ${LINK}]`),
    ['4 朋友圈放了链接就不能再放别的', '4 朋友圈放了链接就不能再放别的'],
  ],
  [
    'a title of 66 bytes',
    GOOD.replace('text: 早', `attachments: [${LINK.replace('看看', '牛'.repeat(22))}]`),
    ['4 朋友圈的链接标题有 66 字节，最多 64 字节'],
  ],
  [
    'no tags',
    GOOD.replace('tags: [来源/包裹卡]\n', ''),
    ['1 没有写 tags，请到的导购的全部客户都看得到，退订了的也看得到'],
  ],
  ['twice the same', `${GOOD}---\n${GOOD.replace('上新', '又上新')}`, ['7 和朋友圈「上新」同一时间请同样的人发']],
])('%s', async (_what, text, said) => {
  expect(await saidOf(text)).toEqual(said)
})

const FILM = GOOD.replace('text: 早', 'attachments: [{ video: a.mp4 }]')
it.each<[string, Buffer, string[]]>([
  ['30 seconds', film(30), []],
  ['30.1 seconds', film(30.1), ['4 视频有 31 秒，朋友圈最多 30 秒']],
  ['31 seconds, written long', film(31, 1), ['4 视频有 31 秒，朋友圈最多 30 秒']],
  ['a film that does not say', box('ftyp', Buffer.from('isom')), []],
])('a video of %s', async (_what, bytes, said) => {
  expect(await saidOf(FILM, { 'assets/a.mp4': bytes })).toEqual(said)
})

it('a video is alone, and a file of its kind', async () => {
  const assets = { 'assets/a.mp4': film(9) }
  const two = FILM.replace('{ video: a.mp4 }', '{ video: a.mp4 }, { link: { title: 看看, url: "https://a.cn" } }')
  expect(await saidOf(two, assets)).toEqual(['4 朋友圈放了视频就不能再放别的', '4 朋友圈放了链接就不能再放别的'])
  expect(await saidOf(FILM)).toEqual([expect.stringContaining('a.mp4')])
})

it('a shape fault of one file hides nothing of another, nor of its own', async () => {
  const { folder, remove } = ruleFolderOnDisk({
    'moments/a.yaml': GOOD.replace('cron:', 'corn:').replace('包裹卡', '包裹咖'),
    'moments/b.yaml': GOOD.replace('上新', '又上新').replace('包裹卡', '没有的'),
  })
  const { faults } = await loadRules(folder, VOCABULARY)
  remove()
  expect(
    faults
      .filter(({ file }) => file.startsWith('moments/'))
      .map(({ file, line, message }) => `${file}:${line} ${message}`),
  ).toEqual([
    expect.stringMatching(/^moments\/a.yaml:2 不认识「corn」/),
    'moments/a.yaml:3 没有叫「来源/包裹咖」的标签',
    'moments/b.yaml:3 没有叫「来源/没有的」的标签',
  ])
})
