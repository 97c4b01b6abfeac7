import { setImmediate as nextTurn } from 'node:timers/promises'
import { DEFAULT_PRIORITY } from '../../rules/book/priority.ts'
import type { LibraryScript, RuleBook, RuleBookHolder } from '../../rules/book/rule-book.ts'
import { conditionZh } from '../../rules/condition/condition-zh.ts'
import type { Facts, FactValue } from '../../rules/condition/fact.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import { isUnfounded } from '../../rules/script-claims.ts'
import type { Vocabulary } from '../../rules/vocabulary.ts'
import { type IndexedScript, indexScript, queryWords, scoreOf } from './script-index.ts'

export interface Proposal {
  script: LibraryScript
  /** Chinese sentence: why this one for this customer. */
  because: string
  /** What its words rest on, by fact. */
  basis: Record<string, FactValue>
}

export interface Found {
  /** All that were found. */
  total: number
  scripts: LibraryScript[]
}

export interface Domain {
  domain: string
  situations: { situation: string; scripts: LibraryScript[] }[]
}

export interface ScriptsLibraryDeps {
  rules: RuleBookHolder
  vocabulary: Pick<Vocabulary, 'facts'>
}

const DEFAULT_LIMIT = 20
/** Of indexing at a stretch; longer would hold up everything else. */
const SLICE_MS = 8

const priorityOf = ({ script }: Pick<Proposal, 'script'>): number => script.value.priority ?? DEFAULT_PRIORITY

const keyOf = (script: LibraryScript): string => `${script.version} ${script.domain} ${script.situation}`

/** The scripts (话术) of the rules in force: found by words, pinyin and initials, proposed by condition, laid out as a
 *  tree. */
export function createScriptsLibrary({ rules, vocabulary }: ScriptsLibraryDeps) {
  let kept = new Map<string, IndexedScript>()
  let ready: { book: RuleBook; entries: { script: LibraryScript; index: IndexedScript }[] } | undefined

  /** A script that has not changed keeps its index over new books. */
  function indexed(script: LibraryScript): IndexedScript {
    const key = keyOf(script)
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = indexScript(script)
    kept.set(key, made)
    return made
  }

  /** The current book's scripts with their indices; what is not indexed yet is indexed now. */
  function entriesNow() {
    const book = rules.current()
    if (ready?.book !== book) {
      const entries = [...book.scripts.values()].map((script) => ({ script, index: indexed(script) }))
      ready = { book, entries }
    }
    return ready.entries
  }

  /** Indexes a new book bit by bit, so that the first search finds it done, and forgets what is no longer in it. */
  async function warm(book: RuleBook): Promise<void> {
    let sliceEnds = Date.now() + SLICE_MS
    const needed = new Map<string, IndexedScript>()
    for (const script of book.scripts.values()) {
      if (rules.current() !== book) return
      needed.set(keyOf(script), indexed(script))
      if (Date.now() < sliceEnds) continue
      await nextTurn()
      sliceEnds = Date.now() + SLICE_MS
    }
    kept = needed
  }
  rules.onChange((book) => void warm(book))

  return {
    get: (id: string): LibraryScript | undefined => rules.current().scripts.get(id),

    /** Scripts in which every word of the query is found, best first. A word is found as written, as full pinyin begun
     *  at a syllable (`youhui`), or as the initials of characters side by side (`yhq` finds 优惠券). `limit` of them, after the
     *  first `from`. */
    search: (query: string, { from = 0, limit = DEFAULT_LIMIT }: { from?: number; limit?: number } = {}): Found => {
      const words = queryWords(query)
      if (words.length === 0) return { total: 0, scripts: [] }
      const found: { script: LibraryScript; score: number }[] = []
      for (const { script, index } of entriesNow()) {
        let score = 0
        for (const word of words) {
          const one = scoreOf(index, word)
          score = one === 0 ? 0 : score + one
          if (one === 0) break
        }
        if (score > 0) found.push({ script, score })
      }
      const scripts = found
        .sort((a, b) => b.score - a.score || a.script.order - b.script.order)
        .slice(from, from + limit)
        .map((one) => one.script)
      return { total: found.length, scripts }
    },

    /** The facts that decide which scripts are proposed, each once. */
    factPaths: (): string[] => [
      ...new Set(
        [...rules.current().scripts.values()].flatMap(({ forCondition: one, value }) =>
          one === undefined ? [] : [...factPaths(one), ...(value.basis ?? [])],
        ),
      ),
    ],

    /** The scripts meant for a customer with these facts: those of a higher priority first, then those that ask for more.
     *  What claims work that nothing stands behind is left out. */
    proposedFor: (facts: Facts): Proposal[] =>
      [...rules.current().scripts.values()]
        .flatMap((script) => {
          const condition = script.forCondition
          if (condition === undefined || isUnfounded(script.value) || !holds(condition, facts)) return []
          const basis = script.value.basis ?? []
          // Not known, and so nobody can have looked at it.
          if (basis.some((path) => facts.get(path) === undefined)) return []
          const because = script.value.because ?? conditionZh(condition, vocabulary.facts)
          const seen = Object.fromEntries(basis.map((path) => [path, facts.get(path)]))
          return [{ script, because, basis: seen, asks: factPaths(condition).length }]
        })
        .sort((a, b) => priorityOf(b) - priorityOf(a) || b.asks - a.asks || a.script.order - b.script.order)
        .map(({ script, because, basis }) => ({ script, because, basis })),

    /** Domain → situation → scripts, in the order of the files. */
    tree: (): Domain[] => {
      const domains = new Map<string, Map<string, LibraryScript[]>>()
      for (const script of rules.current().scripts.values()) {
        const situations = domains.get(script.domain) ?? new Map<string, LibraryScript[]>()
        domains.set(script.domain, situations)
        situations.set(script.situation, [...(situations.get(script.situation) ?? []), script])
      }
      return [...domains].map(([domain, situations]) => ({
        domain,
        situations: [...situations].map(([situation, scripts]) => ({ situation, scripts })),
      }))
    },
  }
}
export type ScriptsLibrary = ReturnType<typeof createScriptsLibrary>
