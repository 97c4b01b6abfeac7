/** So many at once are found at a look. */
const MOST = 8

/** The tags that this guide put on last, 组/名, the last first; names of tags and of nobody. A forbidden store remembers nothing. */
export function recentTags(owner: string, storage: Storage | undefined) {
  const place = `huoshui:recent-tags:${owner}`
  return {
    load: (): string[] => {
      try {
        return JSON.parse(storage?.getItem(place) ?? '[]') as string[] // we are the only writer of this name
      } catch {
        return []
      }
    },
    add(names: readonly string[]): void {
      const next = [...names, ...this.load().filter((name) => !names.includes(name))].slice(0, MOST)
      try {
        storage?.setItem(place, JSON.stringify(next))
      } catch {
        // Only a convenience.
      }
    },
  }
}
