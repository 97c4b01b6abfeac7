import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { RuleSources } from '../book/bind-book.ts'
import { loadRules } from '../load-rules.ts'

/** What the rules of a folder without faults are made of. */
export async function sourcesIn(folder: string): Promise<RuleSources> {
  const { sources, faults } = await loadRules(folder, VOCABULARY)
  if (sources === undefined) throw new Error(`the rules have faults: ${JSON.stringify(faults[0])}`)
  return sources
}
