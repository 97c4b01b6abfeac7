import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { SendRule } from '../../rules/schema/rule-files.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { takeDue } from './schedule.ts'

let kit: TestKit
/** A Sunday, 9:00. */
beforeEach(async () => {
  kit = await createTestKit('2026-11-22T09:00:00+08:00')
})
afterEach(() => kit.close())

const send = (rule: Partial<SendRule>): Send => ({
  name: '福利日',
  version: 'v1',
  file: 'sends/福利日.yaml',
  value: { send: '福利日', audience: {}, content: { text: '今天有福利' }, ...rule },
  audience: { kind: 'all', of: [] },
})

/** What is due now: `2026-11-22 10:00 send|missed`. */
async function due(...sends: Send[]): Promise<string[]> {
  const found = await kit.db.tx((tx) => takeDue(tx, sends, kit.clock.now(), (one) => faults.push(one.name)))
  return found.map(({ scheduledAtMs, missed }) => `${shanghaiText(scheduledAtMs)} ${missed ? 'missed' : 'send'}`)
}
let faults: string[] = []
beforeEach(() => {
  faults = []
})

const daily = send({ cron: '0 10 * * *' })

test('a cron is due at its time, and only once', async () => {
  expect(await due(daily)).toEqual([])
  kit.clock.advance(HOUR_MS)
  expect(await due(daily)).toEqual(['2026-11-22 10:00 send'])
  expect(await due(daily)).toEqual([])
})

test('a cron seen for the first time after its time waits for the next day', async () => {
  kit.clock.advance(HOUR_MS + MINUTE_MS)
  expect(await due(daily)).toEqual([])
  kit.clock.advance(24 * HOUR_MS)
  expect(await due(daily)).toEqual(['2026-11-23 10:00 send'])
})

test('after down-time it is caught up within the hour', async () => {
  await due(daily)
  kit.clock.advance(2 * HOUR_MS)
  expect(await due(daily)).toEqual(['2026-11-22 10:00 send'])
})

test('later than that it is marked missed', async () => {
  await due(daily)
  kit.clock.advance(2 * HOUR_MS + 1)
  expect(await due(daily)).toEqual(['2026-11-22 10:00 missed'])
})

test('of several due times only the latest is sent', async () => {
  const often = send({ cron: '*/20 * * * *' })
  await due(often)
  kit.clock.advance(HOUR_MS + 10 * MINUTE_MS)
  expect(await due(often)).toEqual(['2026-11-22 09:20 missed', '2026-11-22 09:40 missed', '2026-11-22 10:00 send'])
})

test('an `at` that was written a little too late is still sent, and never again', async () => {
  const once = send({ at: '2026-11-22 08:30' })
  expect(await due(once)).toEqual(['2026-11-22 08:30 send'])
  kit.clock.advance(24 * HOUR_MS)
  expect(await due(once)).toEqual([])
})

test('a disabled or deleted send is not caught up when it comes back', async () => {
  await due(daily)
  await due(send({ cron: '0 10 * * *', enabled: false }))
  kit.clock.advance(90 * MINUTE_MS)
  expect(await due(daily)).toEqual([])
  await due()
  kit.clock.advance(24 * HOUR_MS)
  expect(await due(daily)).toEqual([])
})

test('a changed time counts from now on', async () => {
  await due(daily)
  kit.clock.advance(30 * MINUTE_MS)
  const noon = send({ cron: '0 12 * * *' })
  expect(await due(noon)).toEqual([])
  kit.clock.advance(HOUR_MS)
  expect(await due(noon)).toEqual([])
  kit.clock.advance(2 * HOUR_MS)
  expect(await due(noon)).toEqual(['2026-11-22 12:00 send'])
})

/** A calendar with these times of the day, of every day. */
const calendar = (...times: string[]): Send => {
  const instants = ['22', '23'].flatMap((day) =>
    times.map((time) => ({ date: day, atMs: Date.parse(`2026-11-${day}T${time}:00+08:00`), content: {} })),
  )
  const nextAfter = (afterMs: number) => instants.find(({ atMs }) => atMs > afterMs)
  return { ...send({}), occasions: { timing: `calendar ${times.join(' ')}`, contents: [{}], nextAfter } }
}

test.each<[string, number, string[], string[]]>([
  ['caught up within the hour', 90, ['10:00', '20:00'], ['2026-11-22 10:00 send']],
  ['recorded as missed later', 130, ['10:00', '20:00'], ['2026-11-22 10:00 missed']],
  ['come where the changed calendar has it', 90, ['10:15'], ['2026-11-22 10:15 send']],
  ['gone where it has nothing any more', 90, ['20:00'], []],
  ['not joined by what was before it', 90, ['09:30', '10:00'], ['2026-11-22 10:00 send']],
])('what came due of a calendar that was changed during down-time is %s', async (_what, minutes, times, told) => {
  expect(await due(calendar('10:00'))).toEqual([])
  kit.clock.advance(minutes * MINUTE_MS)
  expect(await due(calendar(...times))).toEqual(told)
  expect(await due(calendar(...times))).toEqual([])
})

test('a calendar that is changed while nothing is due counts from now on', async () => {
  expect(await due(calendar('12:00'))).toEqual([])
  kit.clock.advance(90 * MINUTE_MS)
  expect(await due(calendar('10:00', '11:00'))).toEqual([])
  kit.clock.advance(HOUR_MS)
  expect(await due(calendar('10:00', '11:00'))).toEqual(['2026-11-22 11:00 send'])
})

test('a line that cannot be read is reported and does not hold up the others', async () => {
  const other = { ...send({ at: '2026-11-22 09:00' }), name: '别的' }
  expect(await due(send({ cron: 'every day' }), other)).toEqual(['2026-11-22 09:00 send'])
  expect(faults).toEqual(['福利日'])
})
