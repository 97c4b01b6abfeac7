/** Last-seen answers of this guide for the life of the window, so that a chat that is opened again shows something at
 *  once. Bounded; a full or forbidden store only makes it forgetful. */
export function createSessionCache<Answer>(owner: string, storage: Storage | undefined, limit = 30) {
  const name = `huoshui:${owner}`
  const entries = new Map<string, Answer>(load())

  function load(): [string, Answer][] {
    try {
      return JSON.parse(storage?.getItem(name) ?? '[]') as [string, Answer][] // we are the only writer of this name
    } catch {
      return []
    }
  }

  function save(): void {
    try {
      storage?.setItem(name, JSON.stringify([...entries]))
    } catch {
      storage?.removeItem(name)
    }
  }

  return {
    get: (key: string): Answer | undefined => entries.get(key),
    set: (key: string, answer: Answer): void => {
      entries.delete(key)
      entries.set(key, answer)
      for (const oldest of entries.keys()) if (entries.size > limit) entries.delete(oldest)
      save()
    },
    delete: (key: string): void => {
      entries.delete(key)
      save()
    },
  }
}
