import type { Tx } from '../../db/tx.ts'
import { isHeldBack } from '../../rules/release.ts'
import { releaseStore } from '../../rules/release-store.ts'
import type { RuleBook } from '../../rules/rule-book.ts'
import { standingText } from './release-text.ts'

/** Journeys of these files that new entrants get in another version, a Chinese line each. */
export async function releaseReminders(tx: Tx, book: RuleBook): Promise<string[]> {
  const releases = await releaseStore.latest(tx)
  return [...book.sops.values()].flatMap((sop) => {
    const release = releases.get(sop.name)
    if (release === undefined || (!isHeldBack(release) && release.canary === undefined)) return []
    const head = `提醒：${sop.file} SOP「${sop.title}」`
    if (release.fileVersion === sop.version) return [`${head}${standingText(release)}`]
    return isHeldBack(release) ? [`${head}内容改了，会作为新版本 ${sop.version} 发布，原来的退回到此为止`] : []
  })
}
