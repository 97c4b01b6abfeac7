import type { ReadTx, Tx } from '../core/db/tx.ts'
import type { RuleNames } from '../records/define-capability.ts'
import type { NamedRule, RuleRename } from '../rules/book/rule-rename.ts'
import { CAPABILITIES } from './capabilities.ts'

const keepers: RuleNames[] = CAPABILITIES.flatMap(({ ruleNames }) => ('rename' in ruleNames ? [ruleNames] : []))

/** Whatever is kept under old names of rules is kept under the new ones. Safe to repeat. */
export async function carryOutRenames(tx: Tx, renames: readonly RuleRename[]): Promise<void> {
  for (const renamed of renames) for (const keeper of keepers) await keeper.rename(tx, renamed)
}

/** Would anything be lost if the rules no longer had this name? */
export async function isInUse(tx: ReadTx, named: NamedRule): Promise<boolean> {
  for (const keeper of keepers) if (await keeper.isInUse(tx, named)) return true
  return false
}
