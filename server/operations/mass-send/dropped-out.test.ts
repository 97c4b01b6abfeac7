import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { droppedOut } from './dropped-out.ts'

const SINCE = Date.parse('2026-12-10T10:00:00+08:00')
const DAY_MS = 86_400_000

let t: TestApp
beforeAll(async () => {
  t = await buildTestApp({ now: '2026-12-12T10:00:00+08:00' })
  const order = async (
    externalUserId: string,
    paidMs: number,
    status: 'created' | 'paid' | 'refunded',
  ): Promise<void> => {
    const paidAt = new Date(paidMs).toISOString()
    const one = { orderId: `o-${externalUserId}`, externalUserId, totalFen: 9_900, paidAt }
    for (const each of new Set([status === 'refunded' ? 'paid' : status, status] as const))
      await t.sandbox.order({ ...one, status: each })
  }
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'bought', name: '甲' })
  for (const id of ['at', 'before', 'open', 'back'])
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: id, name: id })
  await t.settle()
  await order('bought', SINCE + DAY_MS, 'paid')
  await order('at', SINCE, 'paid')
  await order('before', SINCE - 1_000, 'paid')
  await order('open', SINCE + DAY_MS, 'created')
  await order('back', SINCE + DAY_MS, 'refunded')
  await t.settle()
  const click = (key: string, who: string | null, link: string, at: number) =>
    t.rawRows(
      `INSERT INTO link_click (click_key, link, external_userid, at) VALUES ('${key}', '${link}', ${who === null ? 'NULL' : `'${who}'`}, ${at})`,
    )
  await click('k1', 'clicked', '活动页', SINCE)
  await click('k2', 'clickedBefore', '活动页', SINCE - 1)
  await click('k3', 'clickedOther', '说明书', SINCE + 1)
  await click('k4', null, '活动页', SINCE + 1)
})
afterAll(() => t.close())

const PEOPLE = ['at', 'before', 'open', 'back', 'clicked', 'clickedBefore', 'clickedOther', 'nothing']
const asked = async (
  dropOut: { bought?: boolean; clicked?: string[] } | undefined,
  ids = PEOPLE,
): Promise<string[]> => {
  const campaign = { name: '家宴', sinceMs: SINCE, ...(dropOut === undefined ? {} : { dropOut }) }
  return [...(await t.db.tx((tx) => droppedOut(tx, campaign, ids)))]
    .map(([id, why]) => `${id} ${why.match(/下单|点过/)?.[0]}`)
    .sort()
}

it.each<[string, { bought?: boolean; clicked?: string[] } | undefined, string[]]>([
  ['nobody', undefined, []],
  ['who has bought', { bought: true }, ['at 下单', 'back 下单']],
  ['who has not, said so', { bought: false }, []],
  ['who has clicked', { clicked: ['活动页', '没有人点'] }, ['clicked 点过']],
  ['both', { bought: true, clicked: ['说明书'] }, ['at 下单', 'back 下单', 'clickedOther 点过']],
])('drops out: %s; of those who are asked about', async (_what, dropOut, dropped) => {
  expect(await asked(dropOut)).toEqual(dropped)
  expect(await asked(dropOut, [])).toEqual([])
})
