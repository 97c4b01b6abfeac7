import { WecomEndlessList } from './wecom-error.ts'

/** Beyond these no list of WeCom goes: a hundred followers or a thousand groups a page are millions of rows. */
const MOST_PAGES = 20_000

/** Says whether a listing goes on: the next page's cursor, or undefined after the last. One watch for one listing. Throws
 *  WecomEndlessList when WeCom names a page that was read already, or too many of them: such a listing would use up the
 *  minute's calls of everybody, for ever. `from`: the cursor of the first page, where that is not the beginning. */
export function watchCursor(from?: string): (next: string | undefined) => string | undefined {
  const seen = new Set(from === undefined ? [] : [from])
  return (next) => {
    if (next === undefined || next === '') return undefined
    if (seen.has(next)) throw new WecomEndlessList('it names a page that was read already')
    if (seen.size >= MOST_PAGES) throw new WecomEndlessList(`more than ${MOST_PAGES} pages`)
    seen.add(next)
    return next
  }
}

/** What a request for a page has besides: nothing for the first. */
export type More = { cursor?: string }

/** One page of WeCom's after another, until it names no next one. Throws what `read` throws, and WecomEndlessList. */
export async function* pagesOf<Page extends { next_cursor?: string }>(
  read: (more: More) => Promise<Page>,
): AsyncGenerator<Page, void> {
  const goOn = watchCursor()
  let more: More = {}
  for (;;) {
    const page = await read(more)
    yield page
    const cursor = goOn(page.next_cursor)
    if (cursor === undefined) return
    more = { cursor }
  }
}
