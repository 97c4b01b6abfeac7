import { afterEach, beforeEach, expect, test } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'
import { planTagUndo, queueTagUndo } from './undo-tags.ts'

const PAIR = { externalUserId: 'wmA', userId: 'zhangsan' }
const TAG = '生命周期/新客'

let kit: TestKit
let since: number
let told: number
beforeEach(async () => {
  kit = await createTestKit()
  since = kit.clock.now()
  told = 0
  await kit.db.tx((tx) =>
    tx.insertIgnore(CORP_TAG, [
      { tag_id: 't1', group_id: 'g1', group_name: '生命周期', tag_name: '新客', path: TAG, seen_at: since },
    ]),
  )
})
afterEach(() => kit.close())

/** One change of the tag after the other, told as the capability tells it. */
async function happen(...changes: ['put on' | 'taken off', 'journey' | 'guide'][]): Promise<void> {
  const emit = createEmit({ clock: kit.clock, nudge: () => {} })
  for (const [what, who] of changes) {
    const by = who === 'journey' ? { by: 'rule' as const, via: ['first-order'] } : { by: 'guide' as const }
    const key = String(++told)
    const kind = what === 'put on' ? TagAdded : TagRemoved
    await kit.db.tx((tx) => emit(tx, kind, { key, payload: { ...PAIR, tags: [TAG], ...by } }))
  }
}
const tagIsOn = () =>
  kit.db.tx((tx) =>
    tx.insertIgnore(FOLLOW_TAG, [
      { external_userid: 'wmA', userid: 'zhangsan', tag_id: 't1', set_by: 'rule', set_at: since },
    ]),
  )
const plan = () => kit.db.tx((tx) => planTagUndo(tx, 'first-order', since))

test('what the journey put on comes off, also where a guide had taken the tag off before', async () => {
  await happen(['taken off', 'guide'], ['put on', 'journey'])
  await tagIsOn()
  expect(await plan()).toEqual([{ ...PAIR, add: [], remove: [TAG] }])
})

test('what a guide put on after the journey stays on', async () => {
  await happen(['put on', 'journey'], ['taken off', 'journey'], ['put on', 'guide'])
  await tagIsOn()
  expect(await plan()).toEqual([])
})

test('what a guide took off after the journey stays off', async () => {
  await happen(['taken off', 'journey'], ['put on', 'guide'], ['taken off', 'guide'])
  expect(await plan()).toEqual([])
})

test('what the journey took off and put on again was there before, and stays', async () => {
  await happen(['taken off', 'journey'], ['put on', 'journey'])
  await tagIsOn()
  expect(await plan()).toEqual([])
})

test('of another journey, or from before, nothing is undone', async () => {
  await happen(['put on', 'journey'])
  await tagIsOn()
  expect(await kit.db.tx((tx) => planTagUndo(tx, 'another', since))).toEqual([])
  expect(await kit.db.tx((tx) => planTagUndo(tx, 'first-order', since + 1))).toEqual([])
})

test('of several customers and tags, each change is undone where it was made', async () => {
  const other = { externalUserId: 'wmB', userId: 'zhangsan' }
  await kit.db.tx((tx) =>
    tx.insertIgnore(CORP_TAG, [
      { tag_id: 't2', group_id: 'g1', group_name: '生命周期', tag_name: '老客', path: '生命周期/老客', seen_at: since },
    ]),
  )
  const emit = createEmit({ clock: kit.clock, nudge: () => {} })
  const ours = { by: 'rule' as const, via: ['first-order'] }
  await kit.db.tx(async (tx) => {
    await emit(tx, TagAdded, { key: 'a', payload: { ...PAIR, tags: [TAG, '生命周期/老客'], ...ours } })
    await emit(tx, TagRemoved, { key: 'b', payload: { ...other, tags: [TAG, '生命周期/老客'], ...ours } })
    // Led to by the journey, but done by another; and by a guide who had come from it.
    await emit(tx, TagAdded, {
      key: 'c',
      payload: { ...other, tags: ['生命周期/别的'], by: 'rule', via: ['first-order', 'b'] },
    })
    await emit(tx, TagAdded, {
      key: 'd',
      payload: { ...other, tags: ['生命周期/手'], by: 'guide', via: ['first-order'] },
    })
    for (const tag_id of ['t1', 't2']) {
      await tx.insertIgnore(FOLLOW_TAG, [
        { external_userid: 'wmA', userid: 'zhangsan', tag_id, set_by: 'rule', set_at: since },
      ])
    }
    // It is on again: nothing is missing.
    await tx.insertIgnore(FOLLOW_TAG, [
      { external_userid: 'wmB', userid: 'zhangsan', tag_id: 't1', set_by: 'rule', set_at: since },
    ])
  })
  expect(await plan()).toEqual([
    { ...PAIR, add: [], remove: [TAG, '生命周期/老客'] },
    { ...other, add: ['生命周期/老客'], remove: [] },
  ])
})

test('an undoing is queued once a round, as nobody’s own work', async () => {
  const outbox = createOutbox({ clock: kit.clock, nudge: () => {} })
  const undos = [
    { ...PAIR, add: [], remove: [TAG] },
    { ...PAIR, externalUserId: 'wmB', add: [TAG], remove: [] },
  ]
  const queue = (round: string) =>
    kit.db.tx((tx) => queueTagUndo(tx, outbox, { sop: 'first-order', title: '新客', round, undos }))
  expect([await queue('1'), await queue('1'), await queue('2')]).toEqual([2, 0, 2])
  const rows = await kit.db.tx((tx) => tx.rows(sql`SELECT ${pick(ACTION, 'payload', 'reason')} FROM ${ACTION}`))
  expect(JSON.parse(rows[0]?.payload ?? '')).toEqual({
    ...PAIR,
    add: [],
    remove: [TAG],
    by: 'rule',
    via: ['first-order', 'undo'],
  })
  expect(JSON.parse(rows[0]?.reason ?? '')).toEqual({ text: '撤回 SOP「新客」打的标签' })
})

test('it is found behind more than a thousand other changes', async () => {
  const emit = createEmit({ clock: kit.clock, nudge: () => {} })
  await kit.db.tx(async (tx) => {
    for (let n = 0; n <= 1_000; n++) {
      await emit(tx, TagAdded, {
        key: `n${n}`,
        payload: { externalUserId: `wm${n}`, userId: 'lisi', tags: [TAG], by: 'wecom' },
      })
    }
  })
  await happen(['put on', 'journey'])
  await tagIsOn()
  expect(await plan()).toEqual([{ ...PAIR, add: [], remove: [TAG] }])
})
