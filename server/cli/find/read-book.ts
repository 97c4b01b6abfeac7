import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { readSomeSettings } from '../../settings.ts'
import { cliFault } from '../frame/cli-fault.ts'
import type { Desk } from '../frame/command.ts'

/** The folder of the rule files. */
export const ruleFolder = ({ env }: Pick<Desk, 'env'>): string =>
  readSomeSettings(env, ['HUOSHUI_CONFIG']).HUOSHUI_CONFIG

/** The rules of the folder. Throws `no` while they have faults. */
export async function readBook(desk: Pick<Desk, 'env'>, folder = ruleFolder(desk)): Promise<RuleBook> {
  const { book, faults } = await loadRules(folder, VOCABULARY)
  if (book !== undefined) return book
  throw cliFault('no', `规则有 ${faults.length} 处错误，先运行 npm run -s sop -- check ${folder}`)
}
