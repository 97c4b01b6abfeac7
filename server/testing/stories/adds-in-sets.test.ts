import { afterEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type BrandScene, openBrandScene } from '../../operations/sop/testing/brand-scene.ts'
import { storeCallbacks, untold } from '../store-callbacks.ts'

let t: BrandScene
afterEach(() => t.close())

const GUIDE = 'linxiaoyu'
const IDS = ['wmSet1', 'wmSet2', 'wmSet3', 'wmSet4', 'wmSet5', 'wmSet6']
const scan = (externalUserId: string) =>
  t.sandbox.scan({ userId: GUIDE, externalUserId, name: '小满', state: 'package-card' })

const welcomeCodes = (): string[] =>
  t.sandbox.calls('externalcontact/send_welcome_msg').map(({ body }) => (body as { welcome_code: string }).welcome_code)

/** All that an add leads to, without the names of whom it is about. */
async function outcome(id: string) {
  const [follow] = await t.rawRows('SELECT active, announced, channel FROM follow WHERE external_userid = ?', [id])
  const [welcome] = await t.rawRows('SELECT state, rule FROM welcome WHERE external_userid = ?', [id])
  const tiers = await t.rawRows('SELECT path FROM customer_tier WHERE external_userid = ? ORDER BY path', [id])
  return {
    follow,
    welcome,
    tiers,
    path: await t.path(id),
    invited: await t.invitedTo(id),
    tags: await t.tagsOf(id),
    notes: (await t.timeline(id)).sort(),
  }
}

/** From now on the database refuses what is inserted about this customer. Gives what ends it. */
async function poison(table: string, id: string): Promise<() => Promise<void>> {
  const isIt = `NEW.external_userid = '${id}'`
  await t.db.source.query(
    t.db.dialect === 'sqlite'
      ? `CREATE TRIGGER poison BEFORE INSERT ON ${table} WHEN ${isIt} BEGIN SELECT RAISE(ABORT, 'poison'); END`
      : `CREATE TRIGGER poison BEFORE INSERT ON ${table} FOR EACH ROW IF ${isIt} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF`,
  )
  return async () => void (await t.db.source.query('DROP TRIGGER poison'))
}

describe('adds that lie in the inbox together', () => {
  it('lead to what each alone would have led to', async () => {
    t = await openBrandScene('2026-11-23T10:00:00')
    await scan('wmAlone')
    await t.settle()
    const alone = await outcome('wmAlone')
    expect(alone).toMatchObject({ follow: { active: 1, announced: 1 }, welcome: { state: 'sent' } })
    await storeCallbacks(
      t,
      await untold(t, async () => {
        for (const id of IDS) await scan(id)
      }),
    )
    await t.settle()
    for (const id of IDS) expect(await outcome(id)).toEqual(alone)
    expect(welcomeCodes()).toHaveLength(1 + IDS.length)
    await t.twice()
    for (const id of IDS) expect(await outcome(id)).toEqual(alone)
    expect(welcomeCodes()).toHaveLength(1 + IDS.length)
  })

  it.each(['follow', 'customer_tier', 'timeline', 'action'])(
    'are not held up by one whose %s the database refuses; it comes when that has been mended',
    async (table) => {
      t = await openBrandScene('2026-11-23T10:00:00')
      await scan('wmAlone')
      await t.settle()
      const alone = await outcome('wmAlone')
      const mend = await poison(table, 'wmSet3')
      await storeCallbacks(
        t,
        await untold(t, async () => {
          for (const id of IDS) await scan(id)
        }),
      )
      await t.settle()
      const others = IDS.filter((id) => id !== 'wmSet3')
      for (const id of others) expect(await outcome(id)).toEqual(alone)
      const waiting = await t.rawRows<{ payload: string }>("SELECT payload FROM inbound_event WHERE state = 'new'")
      expect(waiting.length).toBeGreaterThan(0)
      expect(waiting.every(({ payload }) => String(payload).includes('wmSet3'))).toBe(true)

      await mend()
      for (let second = 0; second < 8; second++) await t.advance(SECOND_MS)
      expect(await t.rawRows("SELECT id FROM inbound_event WHERE state <> 'done' AND state <> 'kept'")).toEqual([])
      const { notes: _notes, welcome: _welcome, ...expected } = alone
      expect(await outcome('wmSet3')).toMatchObject(expected)
      for (const id of others) expect(await outcome(id)).toEqual(alone)
    },
  )

  it('and whatever the order in which they lie there, each pair is what it became last', async () => {
    t = await openBrandScene('2026-11-23T10:00:00')
    const told = new Map<string, string[]>()
    for (const id of IDS) {
      const [added = ''] = await untold(t, () => scan(id))
      t.clock.advance(2 * SECOND_MS)
      const [lost = ''] = await untold(t, () => t.sandbox.deleteGuide({ externalUserId: id, userId: GUIDE }))
      t.clock.advance(2 * SECOND_MS)
      const [again = ''] = await untold(t, () => scan(id))
      told.set(id, [added, lost, again])
    }
    const ORDERS = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]
    const xmls = [0, 1, 2].flatMap((place) => IDS.map((id, nth) => told.get(id)?.[ORDERS[nth]?.[place] ?? 0] ?? ''))
    await storeCallbacks(t, xmls)
    await t.settle()
    const standing = () => t.rawRows('SELECT external_userid, active, announced FROM follow ORDER BY external_userid')
    const expected = IDS.map((id) => ({ external_userid: id, active: 1, announced: 1 }))
    expect(await standing()).toEqual(expected)
    const codes = welcomeCodes()
    expect(new Set(codes).size).toBe(codes.length)
    await t.twice()
    expect(await standing()).toEqual(expected)
    expect(welcomeCodes()).toEqual(codes)
  })
})
