import { checkAside, isLarge } from './aside/check-aside.ts'
import type { AtHand } from './at-hand.ts'
import { bindBook, type RuleSources } from './book/bind-book.ts'
import type { RuleBook } from './book/rule-book.ts'
import { type CheckedRules, checkRules } from './check-rules.ts'
import { type FoundRules, readRuleFolder } from './files/rule-folder.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface LoadedRules extends CheckedRules {
  /** There exactly when there are no faults. */
  book: RuleBook | undefined
  /** What the book was made of; there together with it. */
  sources: RuleSources | undefined
  /** Of the rule files, by path below the folder. */
  texts: ReadonlyMap<string, string>
}

/** Reads, parses and checks all rules below `folder` together. Never throws on what it finds there. Many or large files are
 *  checked in a thread of their own, so that no welcome waits for them; `signal` ends that. */
export const loadRules = async (folder: string, vocabulary: Vocabulary, atHand?: AtHand): Promise<LoadedRules> =>
  loadFound(await readRuleFolder(folder), vocabulary, { atHand })

/** The same with files that were read already. */
export async function loadFound(
  found: FoundRules,
  vocabulary: Vocabulary,
  { atHand, signal }: { atHand?: AtHand | undefined; signal?: AbortSignal | undefined } = {},
): Promise<LoadedRules> {
  const checked = isLarge(found)
    ? await checkAside(found, vocabulary, { atHand, signal })
    : await checkRules(found, vocabulary, atHand)
  const { sources } = checked
  return {
    ...checked,
    book: sources === undefined ? undefined : await bindBook(sources, vocabulary.facts),
    texts: new Map(found.files.map(({ file, text }) => [file, text])),
  }
}
