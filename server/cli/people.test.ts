import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { bytesOf, everyRow, everythingStored } from '../testing/everything-stored.ts'
import { runCommand } from '../testing/run-command.ts'
import { signedPost } from '../testing/signed-post.ts'
import { createPeopleProgram } from './people.ts'

// The shipped shop with its journeys, twice planted and read whole.
vi.setConfig({ testTimeout: 300_000 })

let t: TestApp
const folder = mkdtempSync(join(tmpdir(), 'huoshui-people-'))
afterEach(() => t.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const openShop = async (): Promise<void> => {
  t = await buildTestApp({ config: 'brand', sandbox: { preset: 'brand' }, env: { LOG_LEVEL: 'trace' } })
}

function run(...words: string[]) {
  const env = { ORDERS_SECRET: t.sandbox.credentials.ordersSecret, DATABASE_URL: t.databaseUrl }
  // While the command waits, the server goes on.
  const pause = async (ms: number) => t.advance(ms)
  return runCommand(createPeopleProgram({ pause }), words, { ...t, env })
}

/** Everything that is said of one customer, on every way in, with words that occur nowhere else. */
async function planted({ mark, phone, guide, other }: { mark: string; phone: string; guide: string; other: string }) {
  const externalUserId = `wmMark${mark}`
  const words = {
    id: externalUserId,
    name: `昵称${mark}`,
    state: `zustand${mark}`,
    unionId: `oUnion${mark}`,
    remark: `备注${mark}`,
    description: `描述${mark}`,
    phone,
    item: `礼盒${mark}`,
    question: `问题${mark}`,
    answer: `答案${mark}`,
    response: `r${mark}`,
    page: `页面${mark}`,
  }
  const { unionId, name } = words
  const order = { status: 'paid', totalFen: 9_900, source: '商城' }
  // Before they are known: it waits for them.
  await signedPost(t, '/api/orders', {
    ...{ ...order, orderId: `early${mark}`, customer: { phone } },
    items: [{ name: words.item, quantity: 1, priceFen: 9_900 }],
  })
  await t.sandbox.scan({ externalUserId, unionId, name, userId: guide, state: words.state })
  await t.settle()
  await t.sandbox.scan({ externalUserId, userId: other, state: words.state })
  await t.settle()
  await t.sandbox.editRemark({
    ...{ userId: guide, externalUserId, mobiles: [phone] },
    ...{ remark: words.remark, description: words.description },
  })
  await t.advance(MINUTE_MS)
  await signedPost(t, '/api/orders', {
    ...{ ...order, orderId: `late${mark}`, customer: { unionId } },
    items: [{ sku: words.item, name: words.item, quantity: 2, priceFen: 9_900 }],
  })
  await signedPost(t, '/api/surveys', {
    ...{ surveyId: '到店', responseId: words.response, customer: { externalUserId } },
    answers: [{ question: words.question, answer: words.answer }],
  })
  await signedPost(t, '/api/profiles', { customer: { unionId }, birthday: '1990-05-20' })
  const visit = { source: '商城', customer: { unionId }, kind: 'view', at: t.clock.now() }
  await signedPost(t, '/api/visits', { visits: [{ ...visit, visitId: `v${mark}`, page: `/${words.page}` }] })
  const [group] = [...t.sandbox.world.groups.keys()]
  await t.sandbox.joinGroup({ externalUserId, chatId: group ?? '' })
  await t.advance(MINUTE_MS)
  return { externalUserId, words, group: group ?? '' }
}

/** A phone is stored as its hash alone; what guides describe is shown nowhere. */
const NEVER_KEPT = ['phone', 'description']

const A = { mark: 'Jia7Q', phone: '13912345678', guide: 'linxiaoyu', other: 'chenhao' }
const B = { mark: 'Yi8R', phone: '13787654321', guide: 'linxiaoyu', other: 'chenhao' }

const leaves = async ({ externalUserId, group }: { externalUserId: string; group: string }): Promise<void> => {
  await t.sandbox.deleteCustomer({ userId: A.guide, externalUserId })
  await t.sandbox.deleteCustomer({ userId: A.other, externalUserId })
  await t.sandbox.leaveGroup({ externalUserId, chatId: group })
  await t.advance(MINUTE_MS)
}

const found = (all: string, words: Record<string, string>): string[] =>
  Object.entries(words).flatMap(([what, word]) => (all.includes(bytesOf(word)) ? [what] : []))

it('of who was erased nothing is left in tables, files and logs; of the others everything', async () => {
  await openShop()
  const gone = await planted(A)
  const stays = await planted(B)
  const hashes = await t.rawRows<{ phone_hash: string }>(
    'SELECT phone_hash FROM customer_phone WHERE external_userid = ?',
    [gone.externalUserId],
  )
  const words = { ...gone.words, phoneHash: hashes[0]?.phone_hash ?? '?' }
  const before = await everythingStored(t)
  // All of it had come in; a phone is stored as its hash alone.
  expect(found(before, words)).toEqual(Object.keys(words).filter((what) => !NEVER_KEPT.includes(what)))

  expect((await run('erase', gone.words.name)).out).toContain('还没有删')
  expect(await run('erase', gone.words.name, '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('还是 2 位导购的好友，还在 1 个群里'),
  })
  await leaves(gone)
  const theirOrders = () =>
    t.rawRows(
      "SELECT order_id, external_userid, phone_hash, given_unionid FROM shop_order WHERE order_id LIKE '%Yi8R' ORDER BY id",
    )
  const ordersOfOther = await theirOrders()
  expect(ordersOfOther).toMatchObject([
    { external_userid: stays.externalUserId },
    { external_userid: stays.externalUserId },
  ])
  const { code, out, err } = await run('erase', gone.words.name, '--yes', '--by', '法务')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('电子商务法')

  const after = await everythingStored(t)
  expect(found(after, words)).toEqual([])
  expect(found(t.logLines.join('\n'), { ...words, id: '?' })).toEqual([])
  expect(found(after, stays.words)).toEqual(Object.keys(stays.words).filter((what) => !NEVER_KEPT.includes(what)))
  expect(await theirOrders()).toEqual(ordersOfOther)
  // The shop's books are whole, without whose they are.
  expect(
    await t.rawRows(
      "SELECT order_id, total_fen, external_userid, phone_hash, given_unionid FROM shop_order WHERE order_id LIKE '%Jia7Q' ORDER BY id",
    ),
  ).toEqual(
    ['earlyJia7Q', 'lateJia7Q'].map((order_id) => ({
      ...{ order_id, total_fen: 9_900 },
      ...{ external_userid: null, phone_hash: null, given_unionid: null },
    })),
  )
  const [receipt] = await t.rawRows<{ receipt: string }>(
    "SELECT receipt, by_whom FROM erased_name WHERE named_by = 'customer'",
  )
  expect(JSON.parse(receipt?.receipt ?? '{}')).toMatchObject({ byWhom: '法务', stillUnderWay: 0 })
  // Once more: nothing is left to do.
  expect(await run('erase', gone.externalUserId, '--yes')).toMatchObject({ code: 0 })
})

it('late news writes nobody back who was erased; who adds a guide again begins anew', async () => {
  await openShop()
  const gone = await planted(A)
  await leaves(gone)
  await run('erase', gone.words.name, '--yes')
  const stored = async () => found(await everyRow(t), gone.words)
  expect(await stored()).toEqual([])

  // WeCom tells everything once more, the shop corrects the old order and tells the old answers and the birthday.
  t.sandbox.redeliver()
  await t.advance(2 * MINUTE_MS)
  const order = {
    orderId: 'lateJia7Q',
    totalFen: 9_900,
    source: '商城',
    customer: { phone: A.phone, unionId: gone.words.unionId },
  }
  const items = [{ name: gone.words.item, quantity: 2, priceFen: 9_900 }]
  expect((await signedPost(t, '/api/orders', { ...order, status: 'refunded', items })).json).toMatchObject({
    matched: false,
  })
  await signedPost(t, '/api/orders', {
    ...order,
    orderId: 'vorher1',
    status: 'paid',
    paidAt: t.clock.now() - DAY_MS,
    items,
  })
  await signedPost(t, '/api/surveys', {
    ...{
      surveyId: '到店',
      responseId: 'r2',
      customer: { externalUserId: gone.externalUserId },
      answeredAt: t.clock.now() - DAY_MS,
    },
    answers: [{ question: gone.words.question, answer: gone.words.answer }],
  })
  await signedPost(t, '/api/profiles', { customer: { unionId: gone.words.unionId }, birthday: '1990-05-20' })
  const visit = { source: '商城', customer: { unionId: gone.words.unionId }, kind: 'view', at: t.clock.now() - DAY_MS }
  await signedPost(t, '/api/visits', { visits: [{ ...visit, visitId: 'v2', page: gone.words.page }] })
  await t.advance(DAY_MS)
  expect(await stored()).toEqual([])
  expect(await t.rawRows("SELECT status, external_userid FROM shop_order WHERE order_id = 'lateJia7Q'")).toEqual([
    { status: 'refunded', external_userid: null },
  ])

  // What came in and was let go leaves traces in free pages of the file; the same command clears them.
  await run('erase', gone.externalUserId, '--yes')
  expect(found(await everythingStored(t), gone.words)).toEqual([])

  await t.sandbox.scan({ externalUserId: gone.externalUserId, userId: A.guide })
  await t.advance(MINUTE_MS)
  expect((await t.timelineOf(gone.externalUserId, 'customer.added')).length).toBe(1)
  expect(
    await t.rawRows('SELECT birth_year FROM customer_profile WHERE external_userid = ?', [gone.externalUserId]),
  ).toEqual([])
  expect(await t.rawRows('SELECT 1 AS one FROM shop_order WHERE external_userid = ?', [gone.externalUserId])).toEqual(
    [],
  )
})

it('whoever is still a friend is erased only when that is asked for, comes back without history, and is left in peace', async () => {
  await openShop()
  const gone = await planted(A)
  expect((await run('erase', gone.externalUserId, '--yes', '--still-there')).code).toBe(0)
  expect(await t.timelineOf(gone.externalUserId)).toEqual([])
  await t.sandbox.editRemark({ userId: A.guide, externalUserId: gone.externalUserId, remark: '又见面' })
  await t.advance(MINUTE_MS)
  // What happens about somebody whom we do not know is no beginning; the sync finds them, as WeCom has them.
  expect(await t.rawRows('SELECT 1 AS one FROM customer WHERE external_userid = ?', [gone.externalUserId])).toEqual([])
  const { out } = await run('consents', gone.externalUserId).catch(() => ({ out: '' }))
  expect(out).not.toContain(gone.words.name)
  expect(
    await t.rawRows('SELECT kind, state, source FROM consent WHERE external_userid = ? ORDER BY id', [
      gone.externalUserId,
    ]),
  ).toEqual([
    { kind: 'marketing', state: 'refused', source: 'customer' },
    { kind: 'profiling', state: 'refused', source: 'customer' },
  ])
})

it('exports everything of one customer into files that nobody else can read', async () => {
  await openShop()
  const one = await planted(A)
  await planted(B)
  const to = join(folder, 'export')
  const { code, out } = await run('export', one.words.name, to)
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(to) })
  const files = readdirSync(to)
  expect(files).toEqual(
    expect.arrayContaining(['说明.txt', '个人信息.json', 'customer.csv', 'survey_answer.csv', 'shop_order_item.csv']),
  )
  const all = files.map((file) => readFileSync(join(to, file), 'latin1')).join('\n')
  expect(found(all, one.words)).toEqual(Object.keys(one.words).filter((what) => !NEVER_KEPT.includes(what)))
  expect(all).not.toContain('Yi8R')
  expect((statSync(to).mode & 0o777).toString(8)).toBe('700')
  expect(files.map((file) => (statSync(join(to, file)).mode & 0o777).toString(8))).toEqual(files.map(() => '600'))
  expect(await run('export', one.words.name, to)).toMatchObject({ code: 1, err: expect.stringContaining('已经存在') })
  expect(existsSync(join(to, 'consent.csv'))).toBe(false)
})

it('a name that is a formula is none in the export', async () => {
  await openShop()
  await t.sandbox.scan({ externalUserId: 'wmFormula', userId: A.guide, name: '=HYPERLINK("http://x")' })
  await t.advance(MINUTE_MS)
  const to = join(mkdtempSync(join(tmpdir(), 'huoshui-people-')), 'out')
  await run('export', 'wmFormula', to)
  expect(readFileSync(join(to, 'customer.csv'), 'utf8')).toContain(`"'=HYPERLINK(""http://x"")"`)
})

it('restricts, tells it, and lifts it again', async () => {
  await openShop()
  const one = await planted(A)
  expect((await run('restrict', one.words.name, '--note', '电话里说的', '--by', '小王')).out).toBe(
    `已限制：「${one.words.name}」。`,
  )
  expect((await run('restrict', one.words.name)).out).toContain('本来就限制着')
  await t.advance(2 * SECOND_MS)
  expect((await run('consents', one.words.name)).out).toMatch(/营销\s+拒绝\s+命令行\s+小王\s+电话里说的/)
  expect((await run('restrict', one.words.name, '--lift')).out).toContain('已取消限制')
  expect((await run('restrict', one.words.name, '--lift')).out).toContain('本来就没有限制')
})

it('the catalogue names every table once, with what for and how long', async () => {
  await openShop()
  const { tables, nobody } = JSON.parse((await run('catalogue', '--json')).out) as Record<string, { table: string }[]>
  const listed = [...(tables ?? []), ...(nobody ?? [])].map((one) => one.table).sort()
  const stored = await t.rawRows<{ name: string }>(
    t.db.dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT IN ('migrations', 'migration_progress')",
  )
  expect(listed).toEqual(stored.map(({ name }) => name).sort())
  const { out } = await run('catalogue')
  expect(out).toMatch(/shop_order\s.*客户编号.*按消费做服务和分层.*不在了 1100 天.*电子商务法/)
})

it('a backup from before an erasure does not bring anybody back: the list is applied to it, and who began anew stays', async () => {
  await openShop()
  for (const id of ['wmBack', 'wmAnew', 'wmOther']) {
    await t.sandbox.scan({ externalUserId: id, userId: A.guide, name: `名字${id}` })
    await t.settle()
  }
  for (const id of ['wmBack', 'wmAnew']) await t.sandbox.deleteCustomer({ userId: A.guide, externalUserId: id })
  await t.advance(MINUTE_MS)
  const table = 'customer'
  const backup = await t.rawRows<Record<string, string | number | null>>(
    `SELECT * FROM ${table} WHERE external_userid = 'wmBack'`,
  )
  for (const id of ['wmBack', 'wmAnew']) await run('erase', id, '--yes')
  const list = join(folder, 'erased.json')
  expect((await run('save-list', list)).code).toBe(0)
  expect(readFileSync(list, 'utf8')).not.toMatch(/wmBack|wmAnew/)
  expect((await run('save-list', list)).err).toContain('已经存在')
  await t.advance(MINUTE_MS)
  await t.sandbox.scan({ externalUserId: 'wmAnew', userId: A.guide, name: '名字wmAnew' })
  await t.advance(MINUTE_MS)
  // The backup: the row of before, and no list.
  const [row = {}] = backup
  const names = Object.keys(row)
  await t.rawRows(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    Object.values(row),
  )
  await t.rawRows('DELETE FROM erased_name')
  expect((await run('reapply', list)).out).toContain('备份带回来的 1 位已再次删除')
  const left =
    "SELECT external_userid AS id FROM customer WHERE external_userid IN ('wmBack', 'wmAnew', 'wmOther') ORDER BY 1"
  expect(await t.rawRows(left)).toEqual([{ id: 'wmAnew' }, { id: 'wmOther' }])
  expect((await run('reapply', join(folder, 'nothing.json'))).code).toBe(1)
})
