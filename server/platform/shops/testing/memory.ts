import type { ShopMemory } from '../shop-connection.ts'

/** What a connection keeps in mind, of one test. */
export function createMemory(): ShopMemory {
  const kept = new Map<string, string>()
  return {
    get: async (keys) => new Map(keys.flatMap((key) => (kept.has(key) ? [[key, kept.get(key) ?? '']] : []))),
    put: async (entries) => {
      for (const [key, value] of entries) kept.set(key, value)
    },
  }
}
