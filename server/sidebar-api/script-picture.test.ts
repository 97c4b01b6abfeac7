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
`

let scene: SidebarScene
beforeAll(async () => {
  scene = await openSidebarScene({
    config: { ...DESK_RULES, 'scripts/产品.yaml': SCRIPT, 'assets/thaw.png': PNG, 'assets/secret.png': PNG },
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

test('without a login there is no picture', async () => {
  expect((await fetch(`${scene.url}/api/sidebar/scripts/picture?asset=thaw.png`)).status).toBe(401)
})
