import { afterEach, expect, test } from 'vitest'
import { createSeededRandom } from '../../../sandbox/random.ts'
import { EVERY_FACT } from '../../capabilities/facts.ts'
import { customersProgram } from '../../cli/customers.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { steakLadder, TIER_TAGS } from '../../operations/tiers/testing/steak-ladder.ts'
import { openTierScene, type TierScene } from '../../operations/tiers/testing/tier-scene.ts'
import { runCommand } from '../run-command.ts'
import { signedPost } from '../signed-post.ts'

/** Somebody in a shop is said to be a customer, and later not to be: a world in which that was said and taken back is the one in
 *  which nobody ever said so. Two worlds are told the same; in one of them people also merge and unmerge. */

const CONFIG = {
  'tags.yaml': `${TIER_TAGS}  - { group: 生命周期, names: [首单] }\n  - { group: 会员, names: [金卡, 银卡] }\n`,
  'tiers/分层.yaml': steakLadder('coolDownDays: 0'),
  'credit.yaml': 'credit:\n  - to: newest\n',
  'sop/first.yaml':
    'sop: first\nname: 首单\ntrigger: order.paid\nsteps:\n  - tag: { add: [生命周期/首单] }\n  - wait: 30d\nreenterAfterDays: 0\n',
}
const env = { ORDERS_SECRET: 'sandbox-orders-secret' }
const PHONES = ['13800001111', '13900002222']
const SHOP = '小程序商城'

const open: TierScene[] = []
afterEach(async () => {
  for (const t of open.splice(0)) await t.close()
})
async function world(): Promise<{ t: TierScene; ids: string[] }> {
  const t = await openTierScene(CONFIG)
  open.push(t)
  const ids = [await t.customer(), await t.customer()]
  return { t, ids }
}

/** What is there, without the numbers of rows and without what only says how it came there. */
const TABLES: Record<string, string> = {
  shop_order: `SELECT order_id, source, status, total_fen, refunded_fen, external_userid, matched_by, given_unionid, phone_hash,
    shop_user_id, paid_at, refunded_at, created_at FROM shop_order ORDER BY order_id, source`,
  shop_order_status: `SELECT o.order_id, s.status, s.at, s.announced FROM shop_order_status s
    JOIN shop_order o ON o.id = s.shop_order_id ORDER BY o.order_id, s.status`,
  order_credit: `SELECT o.order_id, c.external_userid, c.userid, c.decided_by FROM order_credit c
    JOIN shop_order o ON o.id = c.shop_order_id ORDER BY o.order_id`,
  survey_response: 'SELECT response_id, external_userid, announced, lent FROM survey_response ORDER BY response_id',
  shop_visit: 'SELECT visit_id, external_userid, phone_hash, given_unionid, lent FROM shop_visit ORDER BY visit_id',
  told_consent: 'SELECT consent_id, external_userid, lent FROM told_consent ORDER BY consent_id',
  told_tag: `SELECT change_id, path, is_on, external_userid, lent FROM told_tag ORDER BY change_id, path`,
  profile_waiting: 'SELECT person_key, birthday FROM profile_waiting ORDER BY person_key',
  customer_tier: 'SELECT external_userid, path FROM customer_tier ORDER BY external_userid, ladder',
  follow_tag: `SELECT f.external_userid, f.userid, c.path, f.set_by FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id
    ORDER BY f.external_userid, c.path`,
  sop_entry: "SELECT DISTINCT external_userid, sop FROM sop_entry WHERE state = 'active' ORDER BY external_userid, sop",
  tasks: "SELECT external_userid, kind, title FROM guide_task WHERE state = 'open' ORDER BY external_userid, title",
}
async function whatIs({ t, ids }: { t: TierScene; ids: string[] }): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const [table, rows] of Object.entries(TABLES)) found[table] = await t.rawRows(rows)
  const paths = EVERY_FACT.map(({ path }) => path).filter((path) =>
    /^(orders|visits|survey|tags|tiers|parcel)/.test(path),
  )
  const facts = await t.db.tx((tx) => t.huoshui.facts.of(tx, ids, t.clock.now(), paths))
  found.facts = ids.map((id) => [...(facts.get(id) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))
  const refused = t.huoshui.privacy.consents.refusedNow
  found.refused = await t.db.tx(async (tx) =>
    Promise.all(ids.map(async (id) => (await refused(tx, 'marketing', id)).map(({ scope }) => scope))),
  )
  return found
}

/** Who turned out by WeCom's own word to be whoever had bought: there a merge before was right, and its journey began in time where
 *  the twin's orders were too old for one. */
async function rightlyBegun({ t }: { t: TierScene }): Promise<string[]> {
  const theirs = await t.rawRows<{ external_userid: string }>(
    "SELECT DISTINCT external_userid FROM shop_order WHERE matched_by IN ('phone', 'unionId')",
  )
  return theirs.map((row) => row.external_userid)
}

/** The same without the journey and its tag of these customers. */
function without(ids: readonly string[], found: Record<string, unknown>): Record<string, unknown> {
  if (ids.length === 0) return found
  const rows = (table: string) => (found[table] as { external_userid: string; path?: string }[]) ?? []
  return {
    ...found,
    facts: undefined,
    sop_entry: rows('sop_entry').filter((row) => !ids.includes(row.external_userid)),
    follow_tag: rows('follow_tag').filter((row) => !ids.includes(row.external_userid) || row.path !== '生命周期/首单'),
  }
}

type World = Awaited<ReturnType<typeof world>>
type Telling = (world: World) => Promise<unknown>

const post =
  (path: string, body: (nowMs: number) => object): Telling =>
  ({ t }) =>
    signedPost(t, path, body(t.clock.now()))

/** One thing that happens in both worlds. */
function telling(random: ReturnType<typeof createSeededRandom>, nth: number): Telling {
  const phone = random.pick(PHONES)
  const who = random.pick([
    { phone },
    { phone, shopUserId: `m${PHONES.indexOf(phone)}` },
    { shopUserId: 'm0' },
    { unionId: 'oU0000000000000000000000001' },
    { unionId: 'oU0000000000000000000000002', phone },
  ])
  const orderId = `o${random.int(12)}`
  const totalFen = 100_000 + random.int(8) * 100_000
  switch (random.int(10)) {
    case 0:
    case 1:
    case 2:
      return post('/api/orders', (at) => ({
        ...{ orderId: `n${nth}`, status: 'paid', customer: who, totalFen, paidAt: at, source: SHOP },
        items: [{ name: '牛排', quantity: 1, priceFen: totalFen }],
      }))
    case 3:
      return post('/api/orders', (at) => ({
        ...{ orderId, status: 'refunded', customer: who, totalFen: 20_000, refundId: `r${nth}`, at, source: SHOP },
      }))
    case 4:
      return post('/api/surveys', () => ({
        ...{ surveyId: '口味', responseId: `s${nth}`, customer: who, answers: [{ question: '几分熟', answer: '五' }] },
      }))
    case 5:
      return post('/api/visits', (at) => ({
        visits: [{ visitId: `v${nth}`, source: SHOP, customer: who, kind: 'view', at, product: { id: 'p1' } }],
      }))
    case 6:
      return post('/api/consents', (at) => ({
        consentId: `c${nth}`,
        customer: who,
        state: 'refused',
        scope: 'sends',
        at,
      }))
    case 8:
      return post('/api/tags', (at) => ({
        ...{ source: '会员系统', changeId: `t${nth}`, customer: who, at },
        ...(nth % 2 === 0 ? { add: ['会员/金卡'], remove: ['会员/银卡'] } : { add: ['会员/银卡'] }),
      }))
    case 7:
      // One of the customers turns out to be whoever has this phone: WeCom's own word.
      return async ({ t, ids }) => {
        if (random.int(3) > 0) return
        await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: ids[nth % 2] ?? '', mobiles: [phone] })
        await t.settle()
      }
    default:
      return async ({ t, ids }) => {
        await t.order(ids[nth % 2] ?? '', `own${nth}`, 500 + (nth % 5) * 700)
      }
  }
}

/** What people say in one of the worlds alone. Some of it is refused. */
async function say(random: ReturnType<typeof createSeededRandom>, { t, ids }: World): Promise<void> {
  const waiting = await t.rawRows<{ order_id: string }>('SELECT order_id FROM shop_order WHERE external_userid IS NULL')
  const standing = await t.rawRows<{ id: number }>('SELECT id FROM customer_link WHERE ended_at IS NULL ORDER BY id')
  const one = standing.length > 0 && random.int(3) === 0 ? random.pick(standing) : undefined
  if (one !== undefined) await runCommand(customersProgram, ['unmerge', String(one.id)], { ...t, env })
  else {
    const by =
      waiting.length > 0 && random.int(2) === 0
        ? ['--order', random.pick(waiting).order_id]
        : ['--phone', random.pick(PHONES)]
    await runCommand(customersProgram, ['merge', random.pick(ids), ...by, '--why', '客户自己说的'], { ...t, env })
  }
  await t.advance(2_000)
}

// Two servers on a database over the network take their time.
const DEFAULT_SEEDS = (process.env.TEST_MYSQL_URL ?? '') === '' ? '4,6' : '6'
const SEEDS = (process.env.MERGE_SEEDS ?? DEFAULT_SEEDS).split(',').map(Number)

test.each(SEEDS)(
  'merged and unmerged, a world is as its twin in which nobody merged (seed %i)',
  async (seed) => {
    const [plain, merged] = [await world(), await world()]
    expect(merged.ids).toEqual(plain.ids)
    const script = createSeededRandom(seed)
    const words = createSeededRandom(seed + 1_000)
    let lent = 0
    for (let nth = 0; nth < 24; nth++) {
      const draw = script.int(1_000_000)
      for (const each of [plain, merged]) await telling(createSeededRandom(draw), nth)(each)
      if (words.int(2) === 0) {
        await say(words, merged)
        await plain.t.advance(2_000)
      }
      expect(merged.t.clock.now()).toBe(plain.t.clock.now())
      for (const { t } of [plain, merged]) await t.advance(nth % 6 === 5 ? DAY_MS : MINUTE_MS)
      const rows = await merged.t.rawRows<{ n: number }>(
        "SELECT COUNT(*) AS n FROM shop_order WHERE matched_by = 'link'",
      )
      lent = Math.max(lent, Number(rows[0]?.n))
    }
    expect(lent).toBeGreaterThan(0)
    for (const { id } of await merged.t.rawRows<{ id: number }>('SELECT id FROM customer_link WHERE ended_at IS NULL'))
      expect((await runCommand(customersProgram, ['unmerge', String(id)], { ...merged.t, env })).code).toBe(0)
    for (let round = 0; round < 3; round++) for (const { t } of [plain, merged]) await t.advance(2_000)
    for (const { t } of [plain, merged]) await t.nights(1)
    expect(await merged.t.rawRows('SELECT kind, last_error FROM inbound_event WHERE attempts > 0')).toEqual([])
    const right = await rightlyBegun(merged)
    expect(without(right, await whatIs(merged))).toEqual(without(right, await whatIs(plain)))
  },
  600_000,
)
