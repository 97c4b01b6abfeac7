import { afterEach, beforeEach, expect, test } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import type { Choice } from './choice.ts'
import { dealOut } from './deal-out.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const RUN = { id: 7, chat_type: 'single' as const }
const MOST = 10

/** Pages of `guide:customers`, a version behind a slash; of `friends` the guides have as many, who may all come. Gives `task: guides`. */
async function deal(pages: readonly string[], friends: Record<string, number>): Promise<string[]> {
  let nth = 0
  const assigned = new Map<string, { guide: string; variant: string; task: number }>()
  for (const page of pages) {
    const choices: Choice[] = page.split(' ').flatMap((one) => {
      const [guide = '', many = '1'] = one.split(':')
      const [userId = '', variant] = guide.split('/')
      return Array.from({ length: Number(many) }, () => ({
        ...{ id: `wm${nth++}`, userId },
        ...(variant === undefined ? {} : { variant }),
      }))
    })
    const friendCounts = async (_tx: unknown, ids: readonly string[]) =>
      new Map(ids.flatMap((id) => (friends[id] === undefined ? [] : [[id, friends[id]] as const])))
    const dealt = await kit.db.tx((tx) => dealOut(tx, { friendCounts }, RUN, choices, MOST))
    for (const choice of choices) {
      const task = dealt.get(choice.id)
      if (task !== undefined && choice.excluded === undefined)
        assigned.set(choice.id, { guide: choice.userId, variant: choice.variant ?? '', task })
    }
  }
  expect(assigned.size).toBe(nth)
  const batches = await kit.db.tx((tx) =>
    tx.rows(raw<{ id: number; size: number; chunk: number }>('SELECT id, size, chunk FROM send_batch ORDER BY chunk')),
  )
  return batches.map(({ id, size, chunk }) => {
    const own = [...assigned.values()].filter(({ task }) => task === id)
    expect([chunk, own.length, own.length <= MOST]).toEqual([chunk, size, true])
    return [...new Set(own.map(({ guide, variant }) => `${guide}${variant}`))].join(' ')
  })
}

test.each<[what: string, pages: string[], friends: Record<string, number>, tasks: string[]]>([
  ['few of few guides: one task', ['a:2 b:1', 'a:1 c:2'], { a: 3, b: 1, c: 2 }, ['a b c']],
  [
    'whose customers are to come has their places: one task for each guide, however pages bring them',
    ['a:3 b:3', 'a:3 b:3', 'c:1'],
    { a: 6, b: 6, c: 1 },
    ['a', 'b c'],
  ],
  [
    'the places are kept for friends, not for those who are in the audience',
    ['a:1 b:1', 'c:1'],
    { a: 9, b: 9, c: 1 },
    ['a', 'b c'],
  ],
  [
    'more friends than a task holds: a task of their own, and room in the next when it is full',
    ['a:6', 'a:8', 'b:1'],
    { a: 25, b: 1 },
    ['a', 'a b'],
  ],
  [
    'more came than were friends: those beyond go into the newest',
    ['a:5 b:4', 'a:3', 'c:1'],
    { a: 5, b: 4, c: 1 },
    ['a b', 'a c'],
  ],
  ['versions are tasks of their own', ['a/X:1 a/Y:1 b/X:1', 'b/Y:1'], { a: 2, b: 2 }, ['aX bX', 'aY bY']],
])('%s', async (_what, pages, friends, tasks) => {
  expect(await deal(pages, friends)).toEqual(tasks)
})
