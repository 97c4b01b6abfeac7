import { afterEach, expect, test } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { CustomerAdded, TagAdded } from '../../records/customers/customer-events.ts'
import { CUSTOMER, FOLLOW } from '../../records/customers/customer-tables.ts'
import { copyForRehearsal } from './copy-for-rehearsal.ts'
import { recordedEvents } from './recorded-events.ts'
import { rehearseBacktest } from './rehearse-backtest.ts'

const NEWCOMER = `
sop: newcomer
name: 新客
trigger: customer.added
steps:
  - tag: { add: [生命周期/新客] }
  - wait: 30m
`
const OLD_HAND = `
sop: old-hand
name: 老客
trigger: { event: tag.added, tag: 生命周期/老客 }
steps:
  - wait: 30m
`

let t: SopScene
afterEach(() => t.close())

/** So many people have scanned a code within one second, a guide has tagged each, and the server has dealt with them. */
async function scannedAtOnce(people: number): Promise<void> {
  const now = t.clock.now()
  const came = Array.from({ length: people }, (_, nth) => ({
    externalUserId: `wmBurst${nth}`,
    atMs: now + Math.floor((nth * SECOND_MS) / people),
    nth,
  }))
  const userId = 'zhangsan'
  const stored = ({ kind }: { kind: string }, key: string, lane: 0 | 1, atMs: number, payload: object) => ({
    dedupe_key: `${kind}:${key}`,
    kind,
    lane,
    payload: JSON.stringify(payload),
    event_at: atMs,
    received_at: atMs,
    state: 'done' as const,
    due_at: atMs,
  })
  const source = { channel: '门店物料', state: 'store-code', welcomeCode: null, again: false }
  const tagged = { tags: ['生命周期/老客'], by: 'guide' }
  await t.db.tx(async (tx) => {
    await tx.insertIgnore(
      CUSTOMER,
      came.map(({ externalUserId }) => ({ external_userid: externalUserId, known_at: now })),
    )
    const follow = { userid: userId, active: 1, added_at: now, last_add_at: now, known_at: now }
    await tx.insertIgnore(
      FOLLOW,
      came.map(({ externalUserId }) => ({ ...follow, external_userid: externalUserId })),
    )
    await tx.insertIgnore(
      INBOUND_EVENT,
      came.flatMap(({ externalUserId, atMs, nth }) => {
        const pair = { externalUserId, userId }
        return [
          stored(CustomerAdded, externalUserId, 0, atMs, { ...pair, addedAtMs: atMs, ...source }),
          stored(TagAdded, `mark:${nth + 1}`, 1, atMs, { ...pair, ...tagged }),
        ]
      }),
    )
  })
}

/** More would show no more, and 2,000 take ten seconds. */
const PEOPLE = 150

test('a burst is told again to the last event, although its rules cause as many events of their own', async () => {
  t = await openSopScene({ sop: NEWCOMER, files: { 'sop/old.yaml': OLD_HAND } })
  const fromMs = t.clock.now() - 1
  await scannedAtOnce(PEOPLE)
  const { scratches } = await copyForRehearsal(t.db, 1)
  const [scratch] = scratches
  if (scratch === undefined) throw new Error('no scratch')
  const toMs = fromMs + 10 * SECOND_MS
  const past = await rehearseBacktest({
    scratch,
    book: t.huoshui.rules.current(),
    assetsDir: t.configDir,
    perCustomerPerMonth: undefined,
    fromMs,
    toMs,
    events: await t.db.view((view) => recordedEvents(view, { fromMs, toMs, drawn: undefined })),
  })
  const entered = (sop: string) => past.entries.filter((entry) => entry.sop === sop).length
  expect([entered('newcomer'), entered('old-hand')]).toEqual([PEOPLE, PEOPLE])
  const known = await scratch.view((view) =>
    view.rows(
      raw<{ n: number }>(
        `SELECT COUNT(*) AS n FROM inbound_event WHERE kind = 'tag.added' GROUP BY payload LIKE '%"rule"%'`,
      ),
    ),
  )
  expect(known.map(({ n }) => n)).toEqual([PEOPLE, PEOPLE])
  await scratch.close()
})
