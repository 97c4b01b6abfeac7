import { afterEach, beforeEach, expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const LIST = 'externalcontact/get_strategy_tag_list'
const TAGS = `tags:
  - { group: 来源, names: [包裹卡] }
  - { group: 华东等级, names: [金卡], strategy: true }
`
let t: TestApp
let strategyId: number
beforeEach(async () => {
  t = await buildTestApp({ config: { 'tags.yaml': TAGS } })
  const range = [{ type: 1 as const, userid: 'zhangsan' }]
  const settings = { strategy_name: '华东', admin_list: ['zhangsan'], privilege: {}, range }
  strategyId = (await t.huoshui.wecom.customerStrategies.create(settings)).strategy_id
})
afterEach(() => t.close())

/** A tag of the strategy that its administrator makes and a guide puts on the customer. */
async function tagged(): Promise<{ externalUserId: string; tagId: string }> {
  const made = await t.huoshui.wecom.strategyTags.add({
    strategy_id: strategyId,
    group_name: '华东等级',
    tag: [{ name: '金卡' }],
  })
  const tagId = made.tag_group.tag?.[0]?.id ?? ''
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId, add: [tagId] })
  for (let round = 0; round < 3; round++) await t.advance(1_000)
  return { externalUserId, tagId }
}
const carried = async (externalUserId: string) =>
  (await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, externalUserId))).map((tag) => tag.path)

it('a strategy’s tag on a customer is shown, known to the rules by its name, and never made, put on or offered by us', async () => {
  const { externalUserId, tagId } = await tagged()
  expect(await carried(externalUserId)).toEqual(['华东等级/金卡'])
  const now = t.clock.now()
  const isGold = conditionOf({ tags: { any: ['华东等级/金卡'] } }, VOCABULARY.facts)
  expect(await t.db.tx((tx) => t.huoshui.facts.audience(tx, isGold, now, { limit: 10 }))).toEqual([externalUserId])
  const known = await t.db.tx((tx) => t.huoshui.facts.of(tx, [externalUserId], now, ['tags']))
  expect(known.get(externalUserId)?.get('tags')).toEqual(['华东等级/金卡'])

  const library = await t.db.tx((tx) => t.huoshui.tags.queries.library(tx))
  expect(library.map(({ group }) => group)).toEqual(['来源'])
  await t.db.tx((tx) =>
    t.huoshui.tags.change(tx, {
      externalUserId,
      userId: 'zhangsan',
      remove: ['华东等级/金卡'],
      by: 'guide',
      reason: { text: '试' },
      key: 'try',
    }),
  )
  await t.settle()
  expect(t.sandbox.calls('mark_tag')).toEqual([])
  expect(await carried(externalUserId)).toEqual(['华东等级/金卡'])

  await t.huoshui.wecom.strategyTags.edit({ id: tagId, name: '黑金卡' })
  await t.advance(10 * MINUTE_MS)
  expect(await carried(externalUserId)).toEqual(['华东等级/黑金卡'])
  await t.huoshui.wecom.strategyTags.del({ tag_id: [tagId] })
  await t.advance(10 * MINUTE_MS)
  expect(await carried(externalUserId)).toEqual([])
  expect(await t.rawRows('SELECT path FROM corp_tag WHERE gone_at IS NULL')).toEqual([{ path: '来源/包裹卡' }])
})

it('where WeCom does not tell, the corp’s tags go on, what was known stays, and it is asked once a day', async () => {
  const { externalUserId } = await tagged()
  t.sandbox.faults.set({ path: LIST, errcode: 48002 })
  await t.sandbox.createTag({ group: '等级', name: '普通' })
  await t.settle()
  const asked = t.sandbox.calls(LIST).length
  for (let hour = 0; hour < 3; hour++) await t.advance(10 * MINUTE_MS)
  expect(t.sandbox.calls(LIST)).toHaveLength(asked)
  expect(await carried(externalUserId)).toEqual(['华东等级/金卡'])
  const paths = async () =>
    (await t.rawRows<{ path: string }>('SELECT path FROM corp_tag WHERE gone_at IS NULL ORDER BY path')).map(
      (row) => row.path,
    )
  expect(await paths()).toEqual(['华东等级/金卡', '来源/包裹卡', '等级/普通'])
  t.sandbox.faults.clear()
  await t.advance(DAY_MS)
  await t.advance(10 * MINUTE_MS)
  expect(t.sandbox.calls(LIST).length).toBeGreaterThan(asked)
})

it('a rule that would put one on is refused with its place', async () => {
  t.writeConfig({
    'channels/c.yaml': 'channel: 包裹卡\nstate: card\nguides: [zhangsan]\ntags: [华东等级/金卡]\n',
    'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 您好\n',
  })
  const { faults } = await loadRules(t.configDir, VOCABULARY)
  expect(faults).toMatchObject([
    { file: 'channels/c.yaml', line: 4, message: '「华东等级/金卡」是规则组的标签，活水不打也不去掉' },
  ])
})
