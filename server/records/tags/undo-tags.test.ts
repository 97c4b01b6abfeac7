import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmit } from '../../engine/inbox/emit.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'
import { planTagUndo } from './undo-tags.ts'

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
