import type { Tx } from '../../core/db/tx.ts'
import type { Release } from '../../rules/release/release.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import { ruleVersion, sopVersionsOf } from '../../rules/versions/rule-version-store.ts'
import { wrongUse } from './read-words.ts'

/** The last release of a journey. Throws wrong use when the server never had it in force. */
export async function releaseOf(tx: Tx, sop: string): Promise<Release> {
  const release = await releaseStore.latestOf(tx, sop)
  if (release !== undefined) return release
  const known = [...(await releaseStore.latest(tx)).keys()].sort()
  const names = known.length === 0 ? '服务还没有启动过' : `有：${known.join('、')}`
  throw wrongUse(`没有发布过编号是「${sop}」的 SOP（${names}）。`)
}

/** The one version whose hash begins with these characters. Throws wrong use when none or several do. */
export async function versionNamed(tx: Tx, sop: string, written: string): Promise<string> {
  const versions = (await sopVersionsOf(tx, sop)).map(({ version }) => version)
  const [match, another] = versions.filter((version) => version.startsWith(written))
  if (match === undefined) throw wrongUse(`「${sop}」没有版本 ${written}；先运行 versions ${sop} 看看有哪些。`)
  if (another !== undefined) throw wrongUse(`有几个版本都以 ${written} 开头，请多写几位。`)
  return match
}

export async function contentOf(tx: Tx, sop: string, version: string): Promise<SopRule> {
  const value = await ruleVersion<SopRule>(tx, 'sop', sop, version)
  if (value === undefined) throw wrongUse(`「${sop}」没有版本 ${version}。`)
  return value
}
