import { refuse } from './refusal.ts'

const KEPT_LISTS = 200

/** What the next page is to be: `share` of the rows asked for. */
export interface PageCut {
  share: number
}

/** Cursor paging over a list frozen at the first page, so that changes between pages neither repeat nor skip rows. */
export function createPaging(cut: PageCut = { share: 1 }) {
  const lists = new Map<string, readonly unknown[]>()
  let nextId = 1
  return <T>(
    cursor: string | undefined,
    limit: number,
    rows: () => readonly T[],
  ): { rows: T[]; nextCursor: string } => {
    let id: string
    let start = 0
    let all: readonly T[]
    if (cursor) {
      const [listId = '', offset = ''] = cursor.split('.')
      const held = lists.get(listId)
      if (!held || !/^\d+$/.test(offset)) refuse(40058, 'invalid cursor')
      id = listId
      start = Number(offset)
      all = held as readonly T[] // stored below by the same endpoint
    } else {
      all = rows()
      id = `SANDBOXCURSOR${nextId++}`
    }
    const page = all.slice(start, start + Math.floor(limit * cut.share))
    const end = start + page.length
    if (end >= all.length) return { rows: page, nextCursor: '' }
    lists.set(id, all)
    if (lists.size > KEPT_LISTS) {
      const oldest = lists.keys().next().value
      if (oldest !== undefined) lists.delete(oldest)
    }
    return { rows: page, nextCursor: `${id}.${end}` }
  }
}

export type Paging = ReturnType<typeof createPaging>
