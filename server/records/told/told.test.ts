import { createHmac } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as kept from '../../../migrations/frozen/columns.ts'
import { createTable } from '../../../migrations/frozen/table.ts'
import { wire } from '../../capabilities/wire.ts'
import { flag, id, instant, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import { all, lock, raw, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { buildApp } from '../../engine/http/app.ts'
import { checkedBody } from '../../engine/http/checked-body.ts'
import { createDispatcher } from '../../engine/inbox/dispatcher.ts'
import { createEmit, type Emit } from '../../engine/inbox/emit.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { CustomerIdentified } from '../customers/customer-events.ts'
import { customerQueries } from '../customers/customer-queries.ts'
import { CUSTOMER, CUSTOMER_PHONE } from '../customers/customer-tables.ts'
import { GivenCustomer, givenNames, matchGiven } from '../customers/given-customer.ts'
import { createPhoneHash } from '../customers/phone-hash.ts'
import { defineCapability } from '../define-capability.ts'
import { defineOwnEvent } from '../own-event.ts'
import { createConsents } from '../privacy/consents.ts'
import { createErasures } from '../privacy/erasures.ts'
import { defineTold } from './define-told.ts'
import { createTold, type Told, type ToldDeps } from './told.ts'

const SECRET = 'shared-with-the-shop'
const PHONE = '13800001111'
const phoneHash = createPhoneHash(SECRET)

const COMPLAINT = defineTable(
  'complaint',
  {
    id: id(),
    complaint_id: text(100),
    about: longText(),
    external_userid: nullable(text()),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    received_at: instant(),
    announced: withDefault(flag(), 0),
  },
  { unique: [['complaint_id']], personal: ofNobody('a test'), snapshot: leftOut('a table of this test') },
)
const ComplaintBody = Type.Object({ complaintId: Type.String(), customer: GivenCustomer, about: Type.String() })
const Complained = defineOwnEvent(
  'complaint.made',
  Type.Object({ externalUserId: Type.String(), about: Type.String() }),
  { forwards: false, replay: leftOut('of this test') },
)

/** A fourth source, whole: what its files would be. */
function createComplaints(deps: ToldDeps & { emit: Emit }): Told {
  const held = (tx: Tx, where: Sql) => tx.row(sql`SELECT ${all(COMPLAINT)} FROM ${COMPLAINT} WHERE ${where} ${lock()}`)

  async function record(tx: Tx, { complaintId, customer, about }: Static<typeof ComplaintBody>) {
    const received_at = deps.clock.now()
    const names = givenNames(customer, phoneHash)
    const added = await tx.insertIgnore(COMPLAINT, [{ complaint_id: complaintId, about, ...names, received_at }])
    const row = await held(tx, sql`${COMPLAINT.complaint_id} = ${complaintId}`)
    return { result: added === 0 ? 'unchanged' : 'stored', matched: row !== undefined && (await settle(tx, row.id)) }
  }

  async function settle(tx: Tx, complaint: number): Promise<boolean> {
    const row = await held(tx, sql`${COMPLAINT.id} = ${complaint}`)
    if (row === undefined) return false
    const owner = row.external_userid ?? (await matchGiven(tx, customerQueries, row))?.externalUserId
    if (owner === undefined) return false
    if (row.announced === 1) return true
    const changes = set(COMPLAINT, { external_userid: owner, announced: 1 })
    await tx.run(sql`UPDATE ${COMPLAINT} SET ${changes} WHERE ${COMPLAINT.id} = ${complaint}`)
    await deps.emit(tx, Complained, {
      key: row.complaint_id,
      payload: { externalUserId: owner, about: row.about },
    })
    return true
  }

  return createTold(deps, {
    name: 'complaints',
    path: '/api/complaints',
    parse: (value) => checkedBody(ComplaintBody, value, { what: 'complaints', zh: '投诉' }),
    record,
    waiting: {
      table: COMPLAINT,
      isWaiting: sql`${COMPLAINT.external_userid} IS NULL`,
      age: COMPLAINT.received_at,
      toldSince: (fromMs) => sql`${COMPLAINT.received_at} > ${fromMs}`,
    },
    settle,
  })
}

const complaints = defineTold({
  name: 'complaints',
  tables: [COMPLAINT],
  facts: [],
  events: [Complained],
  rewind: leftOut('of this test'),
  renames: nothing('holds no userid'),
  ruleNames: nothing('of this test'),
  create: createComplaints,
})

const NOTHING_ELSE = {
  needs: [],
  tables: [],
  facts: [],
  events: [],
  rewind: leftOut('of this test'),
  renames: nothing('of this test'),
  ruleNames: nothing('of this test'),
  identified: nothing('of this test'),
}
const timeline = defineCapability({ ...NOTHING_ELSE, name: 'timeline', create: () => ({}) })
const privacy = defineCapability({
  ...NOTHING_ELSE,
  name: 'privacy',
  create: ({ emit }: { emit: Emit }) => ({
    erasures: createErasures({ clock: kit.clock, secrets: [SECRET] }),
    consents: createConsents({ clock: kit.clock, emit }),
  }),
})
const customers = defineCapability({
  ...NOTHING_ELSE,
  name: 'customers',
  create: () => ({ queries: customerQueries }),
})

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  await createTable(kit.db.source.createQueryRunner(), {
    name: 'complaint',
    columns: [
      kept.id(),
      kept.text('complaint_id', 100),
      kept.longText('about'),
      ...['external_userid', 'given_external_userid', 'given_unionid', 'phone_hash'].map((name) =>
        kept.nullable(kept.text(name)),
      ),
      kept.instant('received_at'),
      kept.withDefault(kept.flag('announced'), 0),
    ],
    unique: [['complaint_id']],
  })
})
afterEach(() => kit.close())

function openShop() {
  const { db, clock, log } = kit
  const emit = createEmit({ clock, nudge: () => {} })
  const { world, offers } = wire([timeline, privacy, customers, complaints], { db, clock, emit, ordersSecret: SECRET })
  const heard: string[] = []
  const dispatcher = createDispatcher({
    db,
    clock,
    log,
    subscriptions: [
      ...offers.flatMap(({ subscriptions = [] }) => subscriptions),
      subscribe('test.hear', Complained, async (_tx, { payload }) => {
        heard.push(`${payload.externalUserId}: ${payload.about}`)
      }),
    ],
  })
  const app = buildApp({ log, routes: [world.complaints.routes], proxyHops: 0 })
  const post = async (content: object, secret = SECRET) => {
    const body = JSON.stringify(content)
    const timestamp = String(Math.floor(clock.now() / 1_000))
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
    const answer = await app.inject({
      method: 'POST',
      url: '/api/complaints',
      headers: { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': `sha256=${signature}` },
      body,
    })
    await dispatcher.drained()
    return { status: answer.statusCode, json: answer.json() as Record<string, unknown> }
  }
  const become = (externalUserId: string, { phone }: { phone?: string } = {}) =>
    db.tx(async (tx) => {
      await tx.insertIgnore(CUSTOMER, [{ external_userid: externalUserId, known_at: clock.now() }])
      if (phone === undefined) return
      const hash = phoneHash(phone) ?? ''
      await tx.insertIgnore(CUSTOMER_PHONE, [{ external_userid: externalUserId, userid: 'zhangsan', phone_hash: hash }])
    })
  const identified = async (externalUserId: string, key: string) => {
    await db.tx((tx) => emit(tx, CustomerIdentified, { key, payload: { externalUserId } }))
    await dispatcher.drained()
  }
  return { complaints: world.complaints, heard, post, become, identified, drained: dispatcher.drained, db, clock }
}

const LATE = { complaintId: 'C1', customer: { phone: PHONE }, about: '牛排化了' }

test('what is told of somebody unknown is given to them when they become known, and told once', async () => {
  const { heard, post, become, identified } = openShop()
  expect(await post(LATE)).toEqual({ status: 200, json: { result: 'stored', matched: false } })
  expect((await post(LATE)).json).toEqual({ result: 'unchanged', matched: false })
  await become('wmOther', { phone: '13900002222' })
  await identified('wmOther', 'other')
  expect(heard).toEqual([])

  await become('wmA', { phone: PHONE })
  await identified('wmA', 'first')
  await identified('wmA', 'again')
  expect(heard).toEqual(['wmA: 牛排化了'])
  expect((await post(LATE)).json).toEqual({ result: 'unchanged', matched: true })
  expect(heard).toHaveLength(1)
})

test('what is told of somebody known is told at once; nobody else is touched, and nothing waits', async () => {
  const { complaints, heard, post, become, db } = openShop()
  await become('wmA', { phone: PHONE })
  expect((await post({ ...LATE, customer: { externalUserId: 'wmA' } })).json).toEqual({
    result: 'stored',
    matched: true,
  })
  expect(heard).toEqual(['wmA: 牛排化了'])
  expect(await db.tx(complaints.isAnyWaiting)).toBe(false)
})

test('the late match gives what missed the event, of the last day', async () => {
  const { complaints, heard, post, become, drained, db, clock } = openShop()
  await post({ ...LATE, complaintId: 'old', about: '昨天的' })
  clock.advance(24 * 3_600_000)
  await post(LATE)
  await become('wmA', { phone: PHONE })
  expect(await db.tx(complaints.isAnyWaiting)).toBe(true)
  const [late] = complaints.jobs
  expect(late).toMatchObject({ name: 'complaints.match-late', everyMs: 600_000 })
  await late?.run()
  await late?.run()
  await drained()
  expect(heard).toEqual(['wmA: 牛排化了'])
})

test('one customer with more than a round of waiting rows gets them all, oldest first', async () => {
  const { complaints, become, db, clock } = openShop()
  const names = givenNames({ phone: PHONE }, phoneHash)
  const many = Array.from({ length: 501 }, (_, n) => ({
    complaint_id: `C${n}`,
    about: '慢',
    ...names,
    received_at: clock.now() - n,
  }))
  await db.tx((tx) => tx.insertIgnore(COMPLAINT, many))
  await become('wmA', { phone: PHONE })
  await db.tx((tx) => complaints.matchWaiting(tx, 'wmA'))
  expect(await db.tx(complaints.isAnyWaiting)).toBe(false)
  const events = await db.tx((tx) =>
    tx.rows(raw<{ dedupe_key: string }>('SELECT dedupe_key FROM inbound_event ORDER BY id LIMIT 1')),
  )
  expect(events).toEqual([{ dedupe_key: 'complaint.made:C500' }])
})

test('a body under another key, or of another shape, is refused and leaves nothing behind', async () => {
  const { complaints, post, db } = openShop()
  expect(await post(LATE, 'another key')).toMatchObject({ status: 401, json: { code: 'complaints.bad-signature' } })
  const refused = await post({ ...LATE, about: 7 })
  expect(refused).toMatchObject({ status: 400, json: { code: 'complaints.invalid' } })
  expect(String(refused.json.message)).toContain('/about')
  expect(JSON.stringify(refused.json)).not.toContain(PHONE)
  expect(await db.tx(complaints.isAnyWaiting)).toBe(false)
})
