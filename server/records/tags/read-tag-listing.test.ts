import { expect, it } from 'vitest'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { WecomError } from '../../platform/wecom/wire/wecom-error.ts'
import { createReadTagListing } from './read-tag-listing.ts'

const NOW = '2026-11-22T09:00:00+08:00'

/** Listings that end when the test says so. */
function openScene() {
  const clock = createSettableClock(NOW)
  const asked: { give(): void; refuse(): void }[] = []
  const list = () =>
    new Promise<{ tag_group: [] }>((give, refuse) => {
      asked.push({ give: () => give({ tag_group: [] }), refuse: () => refuse(new Error('no answer')) })
    })
  const strategyTags = { list: async () => ({ tag_group: [] }) }
  const { readOnce } = createReadTagListing({
    wecom: { tags: { list }, strategyTags } as unknown as Parameters<typeof createReadTagListing>[0]['wecom'],
    clock,
  })
  return { clock, asked, readOnce }
}

it('what was asked before a reading began is answered by it', async () => {
  const { clock, asked, readOnce } = openScene()
  const askedAtMs = clock.now()
  clock.advance(1_000)
  const first = readOnce(askedAtMs)
  const second = readOnce(askedAtMs)
  asked[0]?.give()
  expect(await first).toMatchObject({ isComplete: true, readAtMs: askedAtMs + 1_000 })
  expect(await second).toBeUndefined()
  expect(asked).toHaveLength(1)
})

it('what was asked while a reading was under way is read anew', async () => {
  const { clock, asked, readOnce } = openScene()
  const first = readOnce(clock.now())
  clock.advance(1_000)
  const second = readOnce(clock.now())
  for (const one of asked) one.give()
  expect([(await first)?.readAtMs, (await second)?.readAtMs].map((atMs) => atMs !== undefined)).toEqual([true, true])
})

it('a reading that failed answers nothing, not even later', async () => {
  const { clock, asked, readOnce } = openScene()
  const askedAtMs = clock.now()
  clock.advance(1_000)
  const failing = readOnce(askedAtMs)
  asked[0]?.refuse()
  await expect(failing).rejects.toThrow('no answer')
  const again = readOnce(askedAtMs)
  asked[1]?.give()
  expect(await again).toMatchObject({ isComplete: true })
})

it('one that failed does not take away what a later one has begun to answer', async () => {
  const { clock, asked, readOnce } = openScene()
  const old = readOnce(clock.now())
  const askedBetweenMs = clock.now()
  clock.advance(1_000)
  const newer = readOnce(clock.now())
  asked[0]?.refuse()
  await expect(old).rejects.toThrow('no answer')
  const answered = readOnce(askedBetweenMs)
  asked[1]?.give()
  expect(await newer).toMatchObject({ isComplete: true })
  expect(await answered).toBeUndefined()
  expect(asked).toHaveLength(2)
})

/** `strategies`: what their listing says, time after time. */
function openStrategies(...strategies: (WecomError | Error | undefined)[]) {
  const clock = createSettableClock(NOW)
  let asked = 0
  const { read } = createReadTagListing({
    wecom: {
      tags: { list: async () => ({ tag_group: [] }) },
      strategyTags: {
        list: async () => {
          const said = strategies[asked++]
          if (said !== undefined) throw said
          return { tag_group: [] }
        },
      },
    } as unknown as Parameters<typeof createReadTagListing>[0]['wecom'],
    clock,
  })
  return { clock, read, asked: () => asked }
}

it('a corp that refuses to tell of strategies is asked again a day later', async () => {
  const { clock, read, asked } = openStrategies(new WecomError(48002, '/x'), undefined)
  expect(await read()).toMatchObject({ strategyGroups: undefined, isComplete: true })
  clock.advance(DAY_MS - 1)
  expect((await read()).strategyGroups).toBeUndefined()
  expect(asked()).toBe(1)
  clock.advance(1)
  expect((await read()).strategyGroups).toEqual([])
  expect((await read()).strategyGroups).toEqual([])
  expect(asked()).toBe(3)
})

it.each([
  ['a moment’s trouble of WeCom’s', new WecomError(-1, '/x')],
  ['one of ours', new Error('boom')],
])('%s is no refusal', async (_what, error) => {
  const { read, asked } = openStrategies(error, undefined)
  await expect(read()).rejects.toBe(error)
  expect((await read()).strategyGroups).toEqual([])
  expect(asked()).toBe(2)
})

it('what was asked at the instant at which a reading began is read anew', async () => {
  const { clock, asked, readOnce } = openScene()
  const first = readOnce(clock.now())
  const second = readOnce(clock.now())
  for (const one of asked) one.give()
  expect([(await first)?.isComplete, (await second)?.isComplete, asked.length]).toEqual([true, true, 2])
})

it('who is answered by another reading waits for it', async () => {
  const { clock, asked, readOnce } = openScene()
  const askedAtMs = clock.now()
  clock.advance(1_000)
  const first = readOnce(askedAtMs)
  let isAnswered = false
  const second = readOnce(askedAtMs).then(() => {
    isAnswered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isAnswered).toBe(false)
  asked[0]?.give()
  await Promise.all([first, second])
})
