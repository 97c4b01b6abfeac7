import { expect, it } from 'vitest'
import { pagesOf, watchCursor } from './pages.ts'

async function readAll(next: Record<string, string>): Promise<string[]> {
  const read: string[] = []
  const pages = pagesOf(async ({ cursor = '' }) => {
    read.push(cursor)
    const nextCursor = next[cursor]
    return nextCursor === undefined ? {} : { next_cursor: nextCursor }
  })
  for await (const page of pages) expect(page).toBeDefined()
  return read
}

it('reads page after page to the end, which is told by an empty cursor or by none', async () => {
  expect(await readAll({ '': 'A', A: 'B' })).toEqual(['', 'A', 'B'])
  expect(await readAll({ '': 'A', A: '' })).toEqual(['', 'A'])
})

it.each([
  ['stands still', { '': 'A', A: 'A' }],
  ['alternates', { '': 'A', A: 'B', B: 'A' }],
  ['comes back late', { '': 'A', A: 'B', B: 'C', C: 'A' }],
])('a cursor that %s ends the reading as a fault that may be tried again later', async (_, next) => {
  await expect(readAll(next)).rejects.toMatchObject({ code: 'wecom.endless-list', retry: 'later' })
})

it('a listing that is gone on with knows the page that it began at', () => {
  const goOn = watchCursor('A')
  expect(goOn('B')).toBe('B')
  expect(() => goOn('A')).toThrow('read already')
})

it('a listing has an end, however new its cursors', () => {
  const goOn = watchCursor()
  const endless = (): void => {
    for (let page = 0; ; page++) goOn(`page ${page}`)
  }
  expect(endless).toThrow('more than 20000 pages')
})
