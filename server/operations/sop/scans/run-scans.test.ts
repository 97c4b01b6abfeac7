import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { VOCABULARY } from '../../../capabilities/vocabulary.ts'
import { raw } from '../../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { sopOf } from '../../../rules/book/bind-sop.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import { createTestKit, type TestKit } from '../../../testing/test-kit.ts'
import { SCRIPT_USE } from '../../scripts-library/script-tables.ts'
import { createRunScans } from './run-scans.ts'

let kit: TestKit
let sops: Map<string, Sop>
/** Who meets every condition now, in order. */
let audience: string[]
/** `2026-11-22 10:00 morning c1`: who was looked for, by what, as of when. */
let log: string[]
/** Throws once when this customer comes up. */
let crashAt: string | undefined
/** A Sunday. */
const NINE = '2026-11-22T09:00:00+08:00'
beforeAll(async () => {
  kit = await createTestKit(NINE)
})
afterAll(() => kit.close())
beforeEach(async () => {
  kit.clock.advance(Date.parse(NINE) - kit.clock.now())
  for (const table of ['sop_schedule', 'sop_occurrence', 'sop_member', 'script_use']) {
    await kit.db.tx((tx) => tx.run(raw(`DELETE FROM ${table}`)))
  }
  sops = new Map()
  audience = ['c1', 'c2', 'c3', 'c4', 'c5']
  log = []
  crashAt = undefined
})

function rule(name: string, trigger: SopRule['trigger'], more: Partial<SopRule> = {}): void {
  const value = { sop: name, name, trigger, steps: [{ start: 'other' }], ...more } as SopRule
  sops.set(name, sopOf({ name, file: 'sop/x.yaml', value }, VOCABULARY.facts))
}

/** One process. */
const server = () =>
  createRunScans(
    {
      db: kit.db,
      clock: kit.clock,
      log: kit.log,
      batch: 2,
      rules: { current: () => ({ sops }) },
      facts: {
        audience: async (_tx, _condition, _nowMs, { after = '', limit }) =>
          audience.filter((id) => id > after).slice(0, limit),
      },
    },
    {
      byScan: async (tx, sop, ids, { atMs }) => {
        for (const id of ids) {
          await tx.insert(SCRIPT_USE, {
            use_key: `${sop.name}:${atMs}:${id}:${log.length}`,
            external_userid: id,
            userid: 'u',
            sent_at: 0,
          })
          if (crashAt === id) {
            crashAt = undefined
            throw new Error('the process ends here')
          }
        }
        tx.afterCommit(() => log.push(...ids.map((id) => `${shanghaiText(atMs)} ${sop.name} ${id}`)))
        return ids.length
      },
    },
  )
const history = (): Promise<string[]> =>
  kit.db.tx(async (tx) =>
    (
      await tx.rows(
        raw<{ at: number; scan_key: string; state: string; entered: number }>(
          'SELECT at, scan_key, state, entered FROM sop_occurrence ORDER BY at, scan_key',
        ),
      )
    ).map((row) => `${shanghaiText(row.at)} ${row.scan_key} ${row.state} ${row.entered}`),
  )
const looked = (day: string, sop: string): string[] => audience.map((id) => `${day} ${sop} ${id}`)

it('begins with the next time, and lets each customer of that time in once though two processes look', async () => {
  rule('morning', { daily: '10:00' })
  await server()()
  expect(log).toEqual([])
  kit.clock.advance(HOUR_MS)
  await Promise.all([server()(), server()()])
  await server()()
  expect(log.sort()).toEqual(looked('2026-11-22 10:00', 'morning'))
  expect(await history()).toEqual(['2026-11-22 10:00 morning done 5'])
})

it('goes on where it stopped when a process ends in the middle', async () => {
  rule('morning', { daily: '10:00' })
  await server()()
  kit.clock.advance(HOUR_MS)
  crashAt = 'c4'
  await server()()
  expect(log).toEqual(looked('2026-11-22 10:00', 'morning').slice(0, 2))
  expect(await history()).toEqual(['2026-11-22 10:00 morning running 0'])
  await server()()
  expect(log).toEqual(looked('2026-11-22 10:00', 'morning'))
  expect(await history()).toEqual(['2026-11-22 10:00 morning done 5'])
})

it('makes up for missed times in their order, the more important journey first; what is older than a day is told as skipped', async () => {
  audience = ['c1']
  rule('morning', { daily: '10:00' })
  rule('vip', { cron: '0 10,22 * * *' }, { priority: 90 })
  await server()()
  kit.clock.advance(2 * DAY_MS + 2 * HOUR_MS)
  await server()()
  expect(log).toEqual(
    ['2026-11-23 22:00 vip', '2026-11-24 10:00 vip', '2026-11-24 10:00 morning'].map((line) => `${line} c1`),
  )
  expect(await history()).toEqual([
    '2026-11-22 10:00 morning skipped 0',
    '2026-11-22 10:00 vip skipped 0',
    '2026-11-22 22:00 vip skipped 0',
    '2026-11-23 10:00 morning skipped 0',
    '2026-11-23 10:00 vip skipped 0',
    '2026-11-23 22:00 vip done 1',
    '2026-11-24 10:00 morning done 1',
    '2026-11-24 10:00 vip done 1',
  ])
})

it('does nothing twice when the clock goes back, nor when the rule goes and comes back with it', async () => {
  audience = ['c1']
  rule('midnight', { daily: '00:00' })
  await server()()
  kit.clock.advance(15 * HOUR_MS)
  await server()()
  expect(log).toEqual(['2026-11-23 00:00 midnight c1'])
  kit.clock.advance(-30 * MINUTE_MS)
  await server()()
  sops.clear()
  await server()()
  rule('midnight', { daily: '00:00' })
  await server()()
  kit.clock.advance(HOUR_MS)
  await server()()
  expect(log).toHaveLength(1)
  kit.clock.advance(DAY_MS)
  await server()()
  expect(log).toEqual(['2026-11-23 00:00 midnight c1', '2026-11-24 00:00 midnight c1'])
})

it('a changed time counts from now on; nothing is made up for what was switched off or not yet valid', async () => {
  audience = ['c1']
  rule('morning', { daily: '10:00' })
  rule('later', { daily: '10:00' }, { valid: { from: '2026-11-24' } })
  await server()()
  rule('morning', { daily: '12:00' })
  await server()()
  kit.clock.advance(2 * HOUR_MS)
  await server()()
  expect(log).toEqual([])
  kit.clock.advance(HOUR_MS)
  await server()()
  expect(log).toEqual(['2026-11-22 12:00 morning c1'])
  rule('morning', { daily: '12:00' }, { enabled: false })
  await server()()
  kit.clock.advance(DAY_MS)
  rule('morning', { daily: '12:00' })
  await server()()
  expect(log).toHaveLength(1)
  kit.clock.advance(DAY_MS)
  await server()()
  expect(log.slice(1)).toEqual(['2026-11-24 10:00 later c1', '2026-11-24 12:00 morning c1'])
})

it('a rule that cannot be looked for holds up no other', async () => {
  rule('broken', { daily: '10:00' }, { priority: 90 })
  rule('morning', { daily: '10:00' })
  await server()()
  kit.clock.advance(HOUR_MS)
  audience = ['c1']
  crashAt = 'c1'
  await server()()
  expect(log).toEqual(['2026-11-22 10:00 morning c1'])
})

const look = async (): Promise<string[]> => {
  kit.clock.advance(10 * MINUTE_MS)
  log = []
  await server()()
  return log.map((line) => line.split(' ').slice(2).join(' '))
}

it('sees who came into an audience and who left it, page by page, each once', async () => {
  rule('came', { enters: { 'follow.active': true } })
  rule('went', { leaves: { 'follow.active': true } })
  rule('all', { enters: { 'follow.active': true }, includeCurrent: true }, { priority: 90 })
  await server()()
  expect(log.map((line) => line.split(' ').slice(2).join(' '))).toEqual(audience.map((id) => `all ${id}`))
  expect(await look()).toEqual([])

  // Whoever is in at random, in rounds: the differences of one round to the next, and nothing else.
  const people = Array.from({ length: 13 }, (_one, index) => `p${String(index).padStart(2, '0')}`)
  let seed = 7
  for (let round = 0; round < 7; round++) {
    const before = audience
    audience = people.filter(() => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % 100 < round * 15
    })
    const came = audience.filter((id) => !before.includes(id))
    const went = before.filter((id) => !audience.includes(id))
    if (round === 3) crashAt = came.at(-1)
    const seen = await look()
    if (round === 3) seen.push(...(await look()))
    expect(seen.sort()).toEqual(
      [...came.map((id) => `all ${id}`), ...came.map((id) => `came ${id}`), ...went.map((id) => `went ${id}`)].sort(),
    )
  }
})

it('a changed audience is only noted, unless those in it count; one that is gone is forgotten', async () => {
  audience = ['c1', 'c2']
  rule('came', { enters: { 'follow.active': true } })
  rule('all', { enters: { 'follow.active': true }, includeCurrent: true })
  await server()()
  audience = ['c2', 'c3']
  rule('came', { enters: { 'follow.days': 3 } })
  rule('all', { enters: { 'follow.days': 3 }, includeCurrent: true })
  expect(await look()).toEqual(['all c3'])
  audience = ['c2', 'c4']
  expect(await look()).toEqual(['all c4', 'came c4'])
  sops.clear()
  await look()
  expect(
    await kit.db.tx((tx) =>
      tx.rows(raw('SELECT scan_key FROM sop_member UNION ALL SELECT scan_key FROM sop_schedule')),
    ),
  ).toEqual([])
})
