/** True at most once in so many milliseconds, also over a page that is loaded anew. A forbidden store: never. */
export function once(name: string, everyMs: number, storage: Storage | undefined, now: () => number = Date.now) {
  return (): boolean => {
    try {
      if (storage === undefined || now() - Number(storage.getItem(name) ?? 0) < everyMs) return false
      storage.setItem(name, String(now()))
      return true
    } catch {
      return false
    }
  }
}
