import { afterEach, beforeEach, expect, it } from 'vitest'
import { CHAT_GROUP, CHAT_MEMBER } from '../../records/groups/group-tables.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const POOL = `pool: 付费群
role: paid
groups: { namePrefix: 付费 }
capacity: 200
entry: { orders.paid.count: { gte: 1 } }
inviteBy: task
`
const CONFIG = { 'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n', 'groups/g.yaml': POOL }

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG })
})
afterEach(() => t.close())

/** So many customers in one group, by ids that sort another way than they joined. */
async function fill(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `wm${String(count - n).padStart(5, '0')}`)
  await t.db.tx(async (tx) => {
    const known = { known_at: 1, detail_at: 1, created_at: 1 }
    await tx.insertIgnore(CHAT_GROUP, [{ chat_id: 'g1', name: '付费 1', owner: 'lisi', pool: '付费群', ...known }])
    const one = { chat_id: 'g1', member_type: 2, joined_at: 1 }
    await tx.insertIgnore(
      CHAT_MEMBER,
      ids.map((member_id) => ({ ...one, member_id, name: `群里的${member_id}` })),
    )
  })
  return ids
}

async function listed(): Promise<{ externalUserId: string; facts: Record<string, unknown> }[]> {
  const found: { externalUserId: string; facts: Record<string, unknown> }[] = []
  for await (const one of t.huoshui.routing.queries.misplaced('付费群')) found.push(one)
  return found
}

it.each([499, 500, 501, 1_000])(
  'of %i members each is told once, in order of joining, with what the condition asks',
  async (count) => {
    const ids = await fill(count)
    const found = await listed()
    expect(found.map((one) => one.externalUserId)).toEqual(ids)
    expect(found[0]).toEqual({
      ...{ pool: '付费群', groupName: '付费 1', chatId: 'g1', externalUserId: ids[0], name: `群里的${ids[0]}` },
      facts: { 'orders.paid.count': 0 },
    })
  },
)

it('nobody of a pool that no rule names', async () => {
  await fill(3)
  const found: unknown[] = []
  for await (const one of t.huoshui.routing.queries.misplaced('没有这个')) found.push(one)
  expect(found).toEqual([])
})
