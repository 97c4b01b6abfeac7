import { expect, test } from 'vitest'
import { createTurns, type Rank } from './turns.ts'

/** A desk at which everybody comes while the first is being served; tells who was served in which order. */
async function served(comers: [Rank, string][]): Promise<string[]> {
  const turns = createTurns()
  const order: string[] = []
  await Promise.all(
    comers.map(([rank, name]) =>
      turns.take(rank, async () => {
        order.push(name)
      }),
    ),
  )
  return order
}

test('callbacks are stored first, then welcomes, then the rest; equals in the order of their coming', async () => {
  expect(
    await served([
      ['other', 'first, for nobody else was there'],
      ['other', 'tag'],
      ['welcome', 'welcome 1'],
      ['accept', 'callback'],
      ['welcome', 'welcome 2'],
    ]),
  ).toEqual(['first, for nobody else was there', 'callback', 'welcome 1', 'welcome 2', 'tag'])
})

test('a flood of welcomes does not stop the rest', async () => {
  const order = await served([
    ['welcome', 'w'],
    ['other', 'tag'],
    ...Array.from({ length: 60 }, (): [Rank, string] => ['welcome', 'w']),
  ])
  expect(order.indexOf('tag')).toBeLessThan(20)
})

test('one who fails hurts nobody else, and a request can be read between two turns', async () => {
  const turns = createTurns()
  let read = false
  const failing = turns.take('other', () => Promise.reject(new Error('constraint')))
  setImmediate(() => {
    read = true
  })
  const seen = turns.take('other', async () => read)
  await expect(failing).rejects.toThrow('constraint')
  expect(await seen).toBe(true)
})
