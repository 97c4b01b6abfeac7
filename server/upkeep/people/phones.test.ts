import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'
import { createPeopleProgram } from '../../cli/people.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createPhoneHash } from '../../records/customers/phone-hash.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'

const OLD = 'the-key-of-before-1'
const NEW = 'the-key-from-now-on'
const PHONE = '13912345678'
const OTHER = '13787654321'
const folder = mkdtempSync(join(tmpdir(), 'huoshui-phones-'))
let t: TestApp
afterEach(() => t.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...words: string[]) => {
  const env = { ORDERS_SECRET: t.sandbox.credentials.ordersSecret, PHONE_SECRET: NEW, OLD_PHONE_SECRET: OLD }
  return runCommand(createPeopleProgram(), words, { ...t, env })
}
const order = (orderId: string, phone: string) =>
  signedPost(t, '/api/orders', {
    orderId,
    status: 'paid',
    totalFen: 100,
    source: '商城',
    items: [],
    customer: { phone },
  })
const hashes = async (table: string): Promise<string[]> =>
  (await t.rawRows<{ h: string }>(`SELECT DISTINCT phone_hash AS h FROM ${table} WHERE phone_hash IS NOT NULL`))
    .map(({ h }) => h)
    .sort()

it('while both keys are given, what was told under either is found; a list of phones makes the stored ones anew', async () => {
  t = await buildTestApp({ env: { PHONE_SECRET: OLD } })
  await order('before', PHONE)
  await order('unknown', OTHER)
  await signedPost(t, '/api/profiles', { customer: { phone: OTHER }, birthday: '1990-05-20' })
  const { databaseUrl, sandbox, clock } = t
  await t.huoshui.stop()
  t = await buildTestApp({
    ...{ databaseUrl, platform: { sandbox, clock } },
    env: { PHONE_SECRET: NEW, OLD_PHONE_SECRET: OLD },
  })
  await t.sandbox.scan({ externalUserId: 'wm1', userId: 'zhangsan' })
  await t.settle()
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: 'wm1', mobiles: [PHONE] })
  await t.advance(MINUTE_MS)
  await order('after', PHONE)
  expect(await t.rawRows("SELECT order_id FROM shop_order WHERE external_userid = 'wm1' ORDER BY id")).toEqual([
    { order_id: 'before' },
    { order_id: 'after' },
  ])

  const [before, after] = [createPhoneHash(OLD), createPhoneHash(NEW)]
  expect(await hashes('profile_waiting')).toEqual([before(OTHER)])
  const file = join(folder, 'phones.txt')
  writeFileSync(file, `${PHONE}\n不是手机号\n+86 137 8765 4321\n13000000000\n`)
  expect((await run('rehash-phones', file)).out).toBe('读了 3 个手机号，换了 4 行；1 行不是手机号。')
  const both = [after(PHONE), after(OTHER)].sort()
  expect(await hashes('customer_phone')).toEqual([after(PHONE)])
  expect(await hashes('shop_order')).toEqual(both)
  expect(await hashes('profile_waiting')).toEqual([after(OTHER)])
  expect((await run('rehash-phones', file)).out).toContain('换了 0 行')
  expect(await run('rehash-phones', join(folder, 'none.txt'))).toMatchObject({ code: 1 })
})

it('masks what was stored before, in texts and in JSON, and leaves ids, numbers and what is still to be done alone', async () => {
  t = await buildTestApp()
  await t.sandbox.scan({ externalUserId: 'wm1', userId: 'zhangsan' })
  await t.settle()
  const put = (text: string, ...values: (string | number)[]) => t.rawRows(text, values)
  await put('UPDATE follow SET remark = ?, description = ?', `小满 ${PHONE}`, `收货 ${PHONE}`)
  const payload = { externalUserId: 'wm1', orderId: PHONE, note: `打 ${PHONE}`, atMs: 1_391_234_567_800, list: [PHONE] }
  await put('UPDATE inbound_event SET payload = ?', JSON.stringify(payload))
  await put("UPDATE inbound_event SET state = 'new', due_at = 99999999999999 WHERE id = 1")
  const { code, out } = await run('mask-phones')
  expect({ code, rows: [...out.matchAll(/follow\.\w+/g)].map(([column]) => column) }).toEqual({
    code: 0,
    rows: ['follow.remark', 'follow.description'],
  })
  expect(await t.rawRows('SELECT remark, description FROM follow')).toEqual([
    { remark: '小满 139****5678', description: null },
  ])
  const payloads = await t.rawRows<{ payload: string }>('SELECT payload FROM inbound_event ORDER BY id')
  const [waiting, ...over] = payloads.map(({ payload: one }) => JSON.parse(one) as unknown)
  expect(waiting).toEqual(payload)
  expect(over.length).toBeGreaterThan(0)
  for (const one of over) expect(one).toEqual({ ...payload, note: '打 139****5678', list: ['139****5678'] })
  expect((await run('mask-phones')).out).toBe('没有要改的。')
})
