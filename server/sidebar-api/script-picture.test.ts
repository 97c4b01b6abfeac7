import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scripts } from './contract.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

/** Signature, and something after it. */
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('steak')])
const SCRIPT = `domain: 产品
situations:
  - situation: 解冻
    scripts:
      - id: thaw
        title: 教解冻
        aim: 不翻车
        expect: 好的
        text: 前一晚放冷藏。
        attachments:
          - image: thaw.png
          - video: thaw.mp4
          - file: 说明.txt
          - file: "it's (1)*.txt"
`

const MP4 = Buffer.concat([Buffer.from('0000001c66747970', 'hex'), Buffer.from('isom0123456789')])
const FILES = {
  'assets/thaw.mp4': MP4,
  'assets/说明.txt': Buffer.from('前一晚放冷藏'),
  "assets/it's (1)*.txt": Buffer.from('please'),
  'assets/secret.mp4': MP4,
  'assets/secret.txt': MP4,
}

let scene: SidebarScene
beforeAll(async () => {
  scene = await openSidebarScene({
    config: { ...DESK_RULES, 'scripts/产品.yaml': SCRIPT, 'assets/thaw.png': PNG, 'assets/secret.png': PNG, ...FILES },
  })
})
afterAll(() => scene.close())

test('a script names its pictures, and whoever is logged in sees them as they go out', async () => {
  const zhangsan = await scene.as('zhangsan')
  const { body } = await zhangsan.get<Scripts>(
    `scripts/of?${new URLSearchParams({ domain: '产品', situation: '解冻' })}`,
  )
  expect(body.scripts[0]?.pictures).toEqual(['thaw.png'])
  const answer = await zhangsan.go(`${scene.url}/api/sidebar/scripts/picture?asset=thaw.png`)
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    'image/png',
    'private, max-age=600',
  ])
  expect(Buffer.from(await answer.arrayBuffer()).equals(PNG)).toBe(true)
})

test.each(['secret.png', '../policy.yaml', 'tags.yaml', 'none.png', '%00'])(
  '%s is nobody’s to look at',
  async (asset) => {
    const zhangsan = await scene.as('zhangsan')
    const answer = await zhangsan.go(`${scene.url}/api/sidebar/scripts/picture?${new URLSearchParams({ asset })}`)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'sidebar.unknown-picture'])
  },
)

const fileAt = (asset: string, headers: Record<string, string> = {}) =>
  scene
    .as('zhangsan')
    .then((one) => one.go(`${scene.url}/api/sidebar/scripts/file?${new URLSearchParams({ asset })}`, { headers }))

test('it names its videos and files, with their size, and sends them as what they are', async () => {
  const zhangsan = await scene.as('zhangsan')
  const place = new URLSearchParams({ domain: '产品', situation: '解冻' })
  const { scripts } = (await zhangsan.get<Scripts>(`scripts/of?${place}`)).body
  expect(scripts[0]?.files).toEqual([
    { asset: 'thaw.mp4', kind: 'video', name: 'thaw.mp4', bytes: MP4.length },
    { asset: '说明.txt', kind: 'file', name: '说明.txt', bytes: 18 },
    { asset: "it's (1)*.txt", kind: 'file', name: "it's (1)*.txt", bytes: 6 },
  ])
  expect(scripts[0]?.messages.map(({ msgtype }) => msgtype)).toEqual(['text', 'image', 'video', 'file', 'file'])
  const file = await fileAt('说明.txt')
  expect([file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
    'application/octet-stream',
    `attachment; filename*=UTF-8''${encodeURIComponent('说明.txt')}`,
  ])
  expect([file.headers.get('content-length'), await file.text()]).toEqual(['18', '前一晚放冷藏'])
  expect((await fileAt("it's (1)*.txt")).headers.get('content-disposition')).toBe(
    "attachment; filename*=UTF-8''it%27s%20%281%29%2A.txt",
  )
})

test.each([
  [undefined, 200, null, MP4],
  ['bytes=0-1', 206, 'bytes 0-1/22', MP4.subarray(0, 2)],
  ['bytes=20-', 206, 'bytes 20-21/22', MP4.subarray(20)],
  ['bytes=20-99', 206, 'bytes 20-21/22', MP4.subarray(20)],
  ['bytes=22-', 416, 'bytes */22', Buffer.alloc(0)],
  ['bytes=5-2', 200, null, MP4],
  ['bytes=30-25', 200, null, MP4],
  ['bytes=0-1,4-5', 200, null, MP4],
])('a player asks for %s of a video: %d', async (range, status, contentRange, bytes) => {
  const answer = await fileAt('thaw.mp4', range === undefined ? {} : { range })
  expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
})

test.each(['thaw.png', '../policy.yaml', 'secret.png', 'secret.mp4', 'secret.txt'])(
  '%s is no file of a script',
  async (asset) => {
    const answer = await fileAt(asset)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'sidebar.unknown-file'])
  },
)

test.each(['picture?asset=thaw.png', 'file?asset=thaw.mp4'])('without a login there is no %s', async (what) => {
  expect((await fetch(`${scene.url}/api/sidebar/scripts/${what}`)).status).toBe(401)
})
