import { afterEach, expect, it } from 'vitest'
import { raw, set, sql } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { CUSTOMER, FOLLOW } from '../../records/customers/customer-tables.ts'
import { STAFF } from '../../records/staff/staff-tables.ts'
import { steakLadder } from './testing/steak-ladder.ts'
import { openTierScene, type TierScene } from './testing/tier-scene.ts'

let t: TierScene
afterEach(() => t.close())

async function open(guides: string): Promise<void> {
  t = await openTierScene({ 'tiers/分层.yaml': steakLadder('', guides) })
  await t.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
  // Until the hourly listing tells that 王五 may have customers.
  await t.advance(HOUR_MS)
  await t.advance(MINUTE_MS)
}
const confirm = async (nth: number): Promise<void> => {
  const proposal = (await t.db.tx((tx) => t.huoshui.tiers.queries.proposals.pending(tx)))[nth]
  if (proposal === undefined) throw new Error('nothing is proposed')
  expect(await t.db.tx((tx) => t.huoshui.tiers.confirm(tx, proposal))).toBe(true)
  await t.settle()
}
const guidePlaces = async (): Promise<string[]> =>
  (
    await t.rawRows<{ userid: string; total: number }>(
      'SELECT userid, COUNT(*) AS total FROM tier_seat GROUP BY userid ORDER BY userid',
    )
  ).map(({ userid, total }) => `${userid} ${total}`)

const turns = async (): Promise<number> =>
  Number((await t.rawRows<{ turns: number }>("SELECT turns FROM tier_pool WHERE level = 'S'"))[0]?.turns ?? 0)

it('who reaches the level is proposed to its guides, the least loaded first; when all are full they queue, in order', async () => {
  await open('    guides: [lisi, wangwu]\n    cap: 1')
  const ids = [await t.customer(), await t.customer(), await t.customer(), await t.customer()]
  for (const id of ids) await t.order(id, `o-${id}`, 10_000)
  await t.again()
  await t.advance(MINUTE_MS)
  // Whoever gives places writes to the level's row, so that of two at once one gives none.
  expect(await turns()).toBeGreaterThan(0)
  const waiting = ['hand-over C→S queued', 'hand-over C→S queued']
  expect(await t.pending()).toEqual(['hand-over C→S open lisi', 'hand-over C→S open wangwu', ...waiting])
  expect(await t.openTasks()).toEqual([
    'zhangsan 「分层」到了 S：建议转给专属导购李四',
    'zhangsan 「分层」到了 S：建议转给专属导购王五',
  ])

  // Confirmed, WeCom hands the first over within a day; nobody else gets a place by that.
  await confirm(0)
  expect((await t.pending())[0]).toBe('hand-over C→S started lisi')
  await t.advance(DAY_MS + HOUR_MS)
  await t.advance(MINUTE_MS)
  expect(await t.rawRows('SELECT userid FROM follow WHERE external_userid = ? AND active = 1', [ids[0] ?? ''])).toEqual(
    [{ userid: 'lisi' }],
  )
  expect(await t.pending()).toEqual(['hand-over C→S open wangwu', ...waiting])
  expect(await guidePlaces()).toEqual(['lisi 1', 'wangwu 1'])

  // Whoever falls makes room for the first who waits.
  await t.order(ids[1] ?? '', `o-${ids[1]}`, 10_000, 'refunded')
  await t.nights(14)
  await t.advance(MINUTE_MS)
  expect(await t.pending()).toEqual(['hand-over C→S open wangwu', 'hand-over C→S queued'])
  const [next] = await t.db.tx((tx) => t.huoshui.tiers.queries.proposals.pending(tx))
  expect(next?.externalUserId).toBe(ids[2])
  // Once per stay on the level, however often we look.
  expect(await t.rawRows('SELECT id FROM tier_proposal')).toHaveLength(4)
})

it('what WeCom would refuse stays on the list with its reason; a refusal by the customer frees the place', async () => {
  await open('    guides: [wangwu]\n    cap: 1')
  const id = await t.customer()
  await t.order(id, 'o1', 10_000)
  await t.advance(MINUTE_MS)
  await t.db.tx((tx) =>
    tx.run(sql`UPDATE ${STAFF} SET ${set(STAFF, { is_guide: 0 })} WHERE ${STAFF.userid} = 'wangwu'`),
  )
  await confirm(0)
  const [blocked] = await t.db.tx((tx) => t.huoshui.tiers.queries.proposals.pending(tx))
  expect([blocked?.state, blocked?.outcome]).toEqual(['open', expect.stringMatching(/^王五没有开通客户联系/)])

  await t.db.tx((tx) =>
    tx.run(sql`UPDATE ${STAFF} SET ${set(STAFF, { is_guide: 1 })} WHERE ${STAFF.userid} = 'wangwu'`),
  )
  await confirm(0)
  await t.sandbox.refuseTransfer({ externalUserId: id })
  await t.settle()
  await t.advance(6 * MINUTE_MS)
  await t.advance(2 * MINUTE_MS)
  expect([await t.pending(), await guidePlaces()]).toEqual([[], []])
  const [ended] = await t.db.tx((tx) => t.huoshui.tiers.queries.proposals.ofCustomer(tx, id))
  expect([ended?.state, ended?.outcome]).toEqual(['failed', '客户拒绝了'])
})

it('fifty at once never go over the cap, and who waits is served in order when there is room', async () => {
  await open('    guides: [lisi, wangwu]\n    cap: 10')
  const ids = Array.from({ length: 50 }, (_, nth) => `wmBulk${String(nth).padStart(2, '0')}`)
  const now = t.clock.now()
  await t.db.tx(async (tx) => {
    await tx.insertIgnore(
      CUSTOMER,
      ids.map((external_userid) => ({ external_userid, known_at: now })),
    )
    await tx.insertIgnore(
      FOLLOW,
      ids.map((external_userid) => ({ external_userid, userid: 'zhangsan', active: 1, added_at: now, known_at: now })),
    )
  })
  const ladder = t.huoshui.rules.current().ladders.get('分层')
  const level = ladder?.levels[0]
  if (ladder === undefined || level === undefined) throw new Error('the ladder of this test')
  const given = await Promise.all(
    ids.map((externalUserId) =>
      t.db.tx(async (tx) => {
        await t.huoshui.tiers.set(tx, {
          ladder: '分层',
          externalUserId,
          level: 'S',
          reason: { text: '老客' },
          key: externalUserId,
        })
        return t.huoshui.tiers.assign(tx, ladder, level)
      }),
    ),
  )
  await t.db.tx((tx) => t.huoshui.tiers.assign(tx, ladder, level))
  expect(given.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(20)
  expect(await guidePlaces()).toEqual(['lisi 10', 'wangwu 10'])
  const queued = (): Promise<{ id: number; external_userid: string }[]> =>
    t.rawRows(`SELECT id, external_userid FROM tier_proposal WHERE state = 'queued' ORDER BY id`)
  const line = await queued()
  expect(line).toHaveLength(30)

  await t.db.tx((tx) =>
    tx.run(
      raw(
        `DELETE FROM tier_seat WHERE external_userid IN (SELECT external_userid FROM tier_proposal WHERE state = 'open') AND userid = 'lisi'`,
      ),
    ),
  )
  await Promise.all(Array.from({ length: 5 }, () => t.db.tx((tx) => t.huoshui.tiers.assign(tx, ladder, level))))
  expect(await queued()).toEqual(line.slice(10))
  expect(await guidePlaces()).toEqual(['lisi 10', 'wangwu 10'])
})
