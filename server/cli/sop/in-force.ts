import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import { releasedBook } from '../../rules/release/released-book.ts'
import { savedBook } from '../../rules/versions/rule-version-store.ts'
import { ruleFolder } from '../find/read-book.ts'
import type { Desk } from '../frame/command.ts'

/** The rules as the server has them in force: the files, or the last good ones while the files have faults, each journey in
 *  its released version. Undefined when there never were any. */
export async function inForce(desk: Desk): Promise<RuleBook | undefined> {
  const { book } = await loadRules(ruleFolder(desk), VOCABULARY)
  return (await desk.db()).tx(async (tx) => {
    const last = book ?? (await savedBook(tx, VOCABULARY.facts))
    if (last === undefined) return undefined
    const releases = await releaseStore.latest(tx)
    return (await releasedBook(tx, last, { releases, facts: VOCABULARY.facts })).book
  })
}
