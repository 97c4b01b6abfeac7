import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import type { RfmRule } from '../../rules/schema/rfm-rule.ts'
import { RULE_BOOK } from '../../rules/versions/rule-tables.ts'
import { openScoreScene, type ScoreScene } from './testing/score-scene.ts'

const RULE: RfmRule = { r: { within: [30] }, f: { from: [2] }, m: { from: ['1元'] } }
const bookOf = (version: string, names: string): RuleBook => ({
  ...EMPTY_BOOK,
  version,
  rfm: { value: { ...RULE, names: [{ name: names }] }, version: `${version}-rfm` },
})
const [OLD, NEW] = [bookOf('old', '旧名'), bookOf('new', '新名')]

let t: ScoreScene
let old: () => Promise<void>
let fresh: () => Promise<void>
beforeEach(async () => {
  t = await openScoreScene(RULE)
  old = t.open(() => OLD)
  fresh = t.open(() => NEW)
  await t.buy('wm1', 900)
  await inForce('old')
  await old()
})
afterEach(() => t.close())

/** As a process says that reads these files. */
const inForce = (version: string) =>
  t.db.tx((tx) =>
    tx.upsert(RULE_BOOK, [{ name: 'current', version, content: '{}', saved_at: t.clock.now() }], ['name']),
  )
const settledAt = async () =>
  (await t.rowsOf<{ at: number | string }>('SELECT settled_at AS at FROM score_run')).map(({ at }) => Number(at))

it('while a changed file is rolled out everybody is scored anew once, by it, and the nights are its own', async () => {
  expect(await t.names()).toEqual({ wm1: '旧名' })
  await inForce('new')
  for (const [nth, process] of [old, fresh, old, fresh, old].entries()) {
    t.clock.advance(60_000)
    await process()
    expect(await t.names()).toEqual({ wm1: nth === 0 ? '旧名' : '新名' })
  }
  expect(await settledAt()).toEqual([t.clock.now() - 3 * 60_000])
  await t.buy('wm2', 900)
  t.clock.advance(86_400_000)
  await old()
  expect(await t.names()).toEqual({ wm1: '新名' })
  await fresh()
  expect(await t.names()).toEqual({ wm1: '新名', wm2: '新名' })
  expect(await t.told()).toEqual(['wm2 →新名'])
})

it('who counted by older files while newer ones were counted by writes nothing', async () => {
  let [newTxs, oldTxs] = [0, 0]
  // Has counted, and is cut off before the first page.
  const cutOff = t.open(() => NEW, {
    db: {
      ...t.db,
      tx: async (work) => {
        newTxs += 1
        if (newTxs > 3) throw new Error('cut off')
        return t.db.tx(work)
      },
    },
  })
  const slow = t.open(() => OLD, {
    db: {
      ...t.db,
      tx: async (work) => {
        const done = await t.db.tx(work)
        oldTxs += 1
        if (oldTxs !== 2) return done
        await inForce('new')
        await expect(cutOff()).rejects.toThrow('cut off')
        return done
      },
    },
  })
  t.clock.advance(86_400_000)
  await slow()
  expect(oldTxs).toBeGreaterThan(2)
  expect(await t.rowsOf('SELECT rule FROM score_run')).toEqual([{ rule: 'new-rfm' }])
  await fresh()
  expect(await t.names()).toEqual({ wm1: '新名' })
})

it('a process that could read no rules yet leaves the groups as they are', async () => {
  const unread = t.open(() => EMPTY_BOOK)
  for (const wait of [60_000, 86_400_000]) {
    t.clock.advance(wait)
    await unread()
    expect(await t.names()).toEqual({ wm1: '旧名' })
  }
  // Files without groups are something else.
  const without = t.open(() => ({ ...EMPTY_BOOK, version: 'without' }))
  await inForce('without')
  await without()
  expect(await t.names()).toEqual({ wm1: null })
})
