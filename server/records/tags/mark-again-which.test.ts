import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { createMarkAgain } from './mark-again.ts'
import type { TagChange } from './queue-tag-changes.ts'
import { openTagBench, PAIR, type TagBench } from './testing/tag-bench.ts'

let t: TagBench
let wanted: TagChange[]
let now: number
beforeEach(async () => {
  t = await openTagBench()
  wanted = []
  now = t.clock.now()
})
afterEach(() => t.close())

type Row = NewRowOf<typeof ACTION>
const BY_RULE = { ...PAIR, add: ['意向/高'], remove: [], by: 'rule' as const }
let made = 0
const refused = (more: Partial<Row> = {}, payload: object = {}): Promise<number> =>
  t.ask((tx) =>
    tx.insert(ACTION, {
      dedupe_key: `tag:${++made}`,
      kind: 'tag.mark',
      lane: 1,
      payload: JSON.stringify({ ...BY_RULE, ...payload }),
      reason: '{"text":"测试"}',
      external_userid: 'wmA',
      userid: 'zhangsan',
      state: 'failed',
      due_at: now,
      error_code: 40096,
      created_at: now,
      finished_at: now,
      ...more,
    }),
  )
const again = async (): Promise<string[]> => {
  wanted = []
  const job = createMarkAgain({ ...t, change: async (_tx, one) => wanted.push(one) > 0 })
  await job.run()
  return wanted.map(({ key }) => key)
}

it('what a rule wanted and WeCom refused is asked for once more, as it was', async () => {
  const id = await refused()
  expect(await again()).toEqual([`again:1:${id}`])
  expect(wanted[0]).toEqual({ ...BY_RULE, reason: { text: '测试' }, key: `again:1:${id}` })
  await refused({}, { via: ['sop'] })
  await again()
  expect(wanted.at(-1)?.via).toEqual(['sop'])
})

it.each<[string, Partial<Row>, object, boolean]>([
  ['that was tried until it was given up', { state: 'dead' }, {}, true],
  ['that is done', { state: 'done' }, {}, false],
  ['of another kind', { kind: 'remark.set' }, {}, false],
  ['that does not mend', { error_code: 40068 }, {}, false],
  ['of a day ago', { finished_at: Date.parse('2026-11-21T09:00:00+08:00') }, {}, true],
  ['of longer ago', { finished_at: Date.parse('2026-11-21T09:00:00+08:00') - 1 }, {}, false],
  ['that a guide wanted', {}, { by: 'guide' }, false],
  ['for the fifth time', { dedupe_key: 'tag:again:5:77' }, {}, true],
  ['for the sixth time', { dedupe_key: 'tag:again:6:77' }, {}, false],
])('a refusal %s is asked again accordingly', async (_what, more, payload, expected) => {
  expect(DAY_MS).toBe(now - Date.parse('2026-11-21T09:00:00+08:00'))
  const id = await refused(more, payload)
  const key = more.dedupe_key === undefined ? `again:1:${id}` : 'again:6:77'
  expect(await again()).toEqual(expected ? [key] : [])
})

it.each<[string, Partial<Row>, object, boolean]>([
  ['about the same tag', {}, {}, true],
  ['that takes it off', {}, { add: [], remove: ['意向/高'] }, true],
  ['about another tag', {}, { add: ['意向/低'] }, false],
  ['at another guide', {}, { userId: 'lisi' }, false],
  ['about another customer', { external_userid: 'wmB' }, {}, false],
  ['of another kind', { kind: 'remark.set' }, {}, false],
])('a later decision %s stands accordingly', async (_what, more, payload, isOvertaken) => {
  const id = await refused()
  await refused({ state: 'done', ...more }, payload)
  expect(await again()).toEqual(isOvertaken ? [] : [`again:1:${id}`])
})

it('an earlier decision about the same tag does not', async () => {
  await refused({ state: 'done' })
  const id = await refused()
  expect(await again()).toEqual([`again:1:${id}`])
})

it.each([199, 200, 201, 400])('all of %i are asked again, each once', async (count) => {
  for (let n = 0; n < count; n++) await refused({ external_userid: `wm${n}` }, { externalUserId: `wm${n}` })
  const keys = await again()
  expect([keys.length, new Set(keys).size]).toEqual([count, count])
})
