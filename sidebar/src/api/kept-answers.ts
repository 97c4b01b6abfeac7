/** Last-seen answers of this guide, so that a chat that is opened again shows something at once, even on a phone that throws
 *  each window away. They are of one member and one session: with another login they are gone, and in any case after half a
 *  day, as the session itself. Bounded; a full or forbidden store only makes it forgetful. */
export interface KeptAnswers<Answer> {
  get(key: string): Answer | undefined
  set(key: string, answer: Answer): void
  delete(key: string): void
  /** The newest first. */
  all(): Answer[]
}

export interface KeptOptions {
  /** Of the member and the session. */
  owner: string
  storage: Storage | undefined
  now?: () => number
  limit?: number
}

const PLACE = 'huoshui:seen'
const LIFE_MS = 12 * 3_600_000

interface Stored<Answer> {
  owner: string
  entries: [key: string, atMs: number, answer: Answer][]
}

export function createKeptAnswers<Answer>({
  owner,
  storage,
  now = Date.now,
  limit = 50,
}: KeptOptions): KeptAnswers<Answer> {
  const entries = new Map<string, { atMs: number; answer: Answer }>()
  for (const [key, atMs, answer] of load()) {
    if (now() - atMs < LIFE_MS) entries.set(key, { atMs, answer })
  }
  // What is too old or somebody else's leaves the store, too.
  save()

  function load(): Stored<Answer>['entries'] {
    try {
      const stored = JSON.parse(storage?.getItem(PLACE) ?? 'null') as Stored<Answer> | null // we are the only writer
      return stored?.owner === owner ? stored.entries : []
    } catch {
      return []
    }
  }

  function save(): void {
    const stored: Stored<Answer> = {
      owner,
      entries: [...entries].map(([key, { atMs, answer }]) => [key, atMs, answer]),
    }
    try {
      if (entries.size === 0) storage?.removeItem(PLACE)
      else storage?.setItem(PLACE, JSON.stringify(stored))
    } catch {
      forgetAnswers(storage)
    }
  }

  return {
    get: (key) => entries.get(key)?.answer,
    set: (key, answer) => {
      entries.delete(key)
      entries.set(key, { atMs: now(), answer })
      for (const oldest of entries.keys()) if (entries.size > limit) entries.delete(oldest)
      save()
    },
    delete: (key) => {
      if (entries.delete(key)) save()
    },
    all: () => [...entries.values()].reverse().map(({ answer }) => answer),
  }
}

/** For whoever is no longer logged in. */
export function forgetAnswers(storage: Storage | undefined): void {
  try {
    storage?.removeItem(PLACE)
  } catch {
    // A store that is forbidden holds nothing.
  }
}
