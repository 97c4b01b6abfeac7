import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Tx } from '../../core/db/tx.ts'
import { loadRules } from '../../rules/load-rules.ts'
import type { Release } from '../../rules/release/release.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import { ruleVersion, sopVersionsOf } from '../../rules/versions/rule-version-store.ts'
import { sopReleased } from '../find/find-sop.ts'
import { ruleFolder } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import type { Desk } from '../frame/command.ts'

/** Works on one SOP that the server had in force, by whatever it was called; `sop` is its id. Throws `no` when there is
 *  none. */
export async function onSop<T>(desk: Desk, written: string, work: (tx: Tx, sop: string) => Promise<T>): Promise<T> {
  const { book } = await loadRules(ruleFolder(desk), VOCABULARY)
  return (await desk.db()).tx(async (tx) => work(tx, await sopReleased(tx, written, book)))
}

/** The last release of a journey. */
export async function releaseOf(tx: Tx, sop: string): Promise<Release> {
  const release = await releaseStore.latestOf(tx, sop)
  if (release === undefined) throw cliFault('no', `没有发布过编号是「${sop}」的 SOP。`)
  return release
}

/** The Chinese name of that version. */
export const titleOf = async (tx: Tx, { sop, fileVersion }: Release): Promise<string> =>
  (await ruleVersion<SopRule>(tx, 'sop', sop, fileVersion))?.name ?? sop

/** The one version whose hash begins with these characters. Throws `no` when none or several do. */
export async function versionNamed(tx: Tx, sop: string, written: string): Promise<string> {
  const versions = (await sopVersionsOf(tx, sop)).map(({ version }) => version)
  const [match, another] = versions.filter((version) => version.startsWith(written))
  if (match === undefined) {
    throw cliFault('no', `「${sop}」没有版本 ${written}；看看有哪些：npm run -s sop -- versions ${sop}`)
  }
  if (another !== undefined) throw cliFault('no', `有几个版本都以 ${written} 开头，请多写几位。`)
  return match
}

export async function contentOf(tx: Tx, sop: string, version: string): Promise<SopRule> {
  const value = await ruleVersion<SopRule>(tx, 'sop', sop, version)
  if (value === undefined) throw cliFault('no', `「${sop}」没有版本 ${version}。`)
  return value
}
