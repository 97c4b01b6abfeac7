import type { FoundFriends } from '../../../server/sidebar-api/contract.ts'

/** What is older is asked for and not shown before: who was a customer may have left since. */
const FRESH_MS = 30_000
const MOST = 20

/** Who was found of late for fewer words, of whom those for more words are some: they are seen while the server is asked. */
export function createNarrowed(now: () => number = Date.now) {
  const kept = new Map<string, { atMs: number; found: FoundFriends }>()

  return {
    /** Those in whose nickname or remark all the words stand, and nobody else; undefined: nobody to show. The number is of these, not of
     *  all there are. */
    get: (words: string): FoundFriends | undefined => {
      const of = [...kept]
        .filter(([earlier, { atMs }]) => now() - atMs < FRESH_MS && isIn(words, earlier))
        .sort(([a], [b]) => b.length - a.length)
      for (const [earlier, { found }] of of) {
        if (earlier === words) return found
        const friends = found.friends
          .filter(({ name, remark }) => isIn(name, words) || isIn(remark, words))
          // Of tags and goods only the answer knows in which these words stand.
          .map((one) => ({ ...one, because: '' }))
        if (friends.length > 0) return { total: friends.length, friends }
      }
      return undefined
    },
    set: (words: string, found: FoundFriends): void => {
      kept.delete(words)
      kept.set(words, { atMs: now(), found })
      for (const oldest of kept.keys()) if (kept.size > MOST) kept.delete(oldest)
    },
    /** Whoever may not see them any more sees none of them. */
    delete: (): void => kept.clear(),
  }
}

const isIn = (text: string | null, words: string): boolean => text?.toLowerCase().includes(words.toLowerCase()) === true
