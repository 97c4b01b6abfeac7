import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Fact } from '../../rules/condition/fact.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { tagsFact } from '../tags/tags-fact.ts'
import { customerFacts } from './customer-facts.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'channels/门店.yaml': 'channel: 门店\nstate: store\nguides: [lisi]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG, now: '2026-11-20T23:59:00+08:00' })
})
afterEach(() => t.close())

const bySql = async (fact: Fact): Promise<Map<string, number | string | null>> => {
  const { text, params } = fact.sql(t.clock.now())
  const rows = await t.rawRows<{ id: string; v: number | string | null }>(
    `SELECT c.external_userid AS id, ${text.replaceAll(':member', '?')} AS v FROM customer c`,
    fact.type === 'set' ? [...params, '来源/包裹卡', '来源/包裹卡'] : params,
  )
  return new Map(rows.map((row) => [row.id, row.v]))
}

it('facts about a customer are the same in memory and in SQL', async () => {
  await t.sandbox.scan({ state: 'parcel-card', externalUserId: 'wmTwo' })
  await t.sandbox.scan({ state: 'store', externalUserId: 'wmGone' })
  await t.settle()
  await t.advance(60_000)
  // The second guide of one, the loss of the other, somebody without channel.
  await t.sandbox.scan({ state: 'store', externalUserId: 'wmTwo' })
  await t.sandbox.deleteGuide({ externalUserId: 'wmGone', userId: 'lisi' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmPlain' })
  await t.settle()
  await t.advance(86_400_000)

  const ids = ['wmTwo', 'wmGone', 'wmPlain']
  const table: Record<string, unknown> = {}
  for (const fact of [...customerFacts, tagsFact]) {
    const values = await t.db.tx((tx) => fact.load(tx, ids, t.clock.now()))
    table[fact.path] = ids.map((id) => values.get(id))
    const inSql = await bySql(fact)
    for (const id of ids) {
      const value = values.get(id)
      const expected = fact.type === 'set' ? Number(Array.isArray(value) && value.includes('来源/包裹卡')) : value
      const found = inSql.get(id) ?? undefined
      const given = typeof expected === 'boolean' ? Number(expected) : expected
      expect(typeof given === 'number' ? Number(found) : found, `${fact.path} of ${id}`).toEqual(given)
    }
  }
  expect(table).toEqual({
    channel: ['包裹卡', '门店', undefined],
    addWay: [1, undefined, 1],
    'follow.active': [true, false, true],
    // Added one minute before Shanghai's midnight: the day after next by the calendar.
    'follow.days': [2, undefined, 1],
    'follow.guide': ['lisi', undefined, 'lisi'],
    'follow.guideCount': [2, 0, 1],
    'follow.daysSinceLost': [undefined, 1, undefined],
    tags: [['来源/包裹卡'], undefined, undefined],
  })
})

it('fifty customers in one second, each told four times and shuffled, are fifty customers with one tag each', async () => {
  t.sandbox.setDelivery({ copies: 4, shuffle: true })
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => t.sandbox.scan({ state: 'parcel-card', externalUserId: `wm${index}` })),
  )
  await t.settle()
  const count = async (sql: string) => Number((await t.rawRows<{ n: number }>(sql))[0]?.n)
  expect(await count('SELECT COUNT(*) AS n FROM customer')).toBe(50)
  expect(await count('SELECT COUNT(*) AS n FROM follow WHERE active = 1')).toBe(50)
  expect(await count(`SELECT COUNT(*) AS n FROM inbound_event WHERE kind = 'customer.added'`)).toBe(50)
  expect(await count('SELECT COUNT(*) AS n FROM follow_tag')).toBe(50)
  expect(await count(`SELECT COUNT(*) AS n FROM timeline WHERE kind = 'customer.added'`)).toBe(50)
  expect(t.sandbox.calls('externalcontact/mark_tag')).toHaveLength(50)
})
