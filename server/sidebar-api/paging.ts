/** Where a page begins, as `?before=` names it. */
export function pageBefore(text: string | undefined): { atMs: number; id: number } | undefined {
  const [atMs, id] = text?.split('-') ?? []
  return atMs === undefined || id === undefined ? undefined : { atMs: Number(atMs), id: Number(id) }
}

/** Where the next page begins, if one item more than a page was found. */
export function nextOf(found: readonly { atMs: number; id: number }[], page: number): string | null {
  const last = found[page - 1]
  return found.length > page && last !== undefined ? `${last.atMs}-${last.id}` : null
}
