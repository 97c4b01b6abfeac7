import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SOP_SPLIT } from '../../operations/sop/sop-tables.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { armsText, splitsOf } from '../../rules/book/splits-of.ts'
import { isHeldBack } from '../../rules/release/release.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import type { SopRule, SopSplit } from '../../rules/schema/sop-rule.ts'
import { ruleVersion } from '../../rules/versions/rule-version-store.ts'
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

/** Experiments whose arms these files change under the same name, although people were drawn already: a Chinese line each. */
export async function experimentReminders(tx: Tx, book: RuleBook): Promise<string[]> {
  const lines: string[] = []
  for (const { name, file, value } of book.sops.values()) {
    for (const { split } of splitsOf(value.steps)) {
      const before = await newestDrawn(tx, name, split.experiment)
      if (before === undefined || armsText(before) === armsText(split)) continue
      const change = `${armsText(before)} → ${armsText(split)}`
      lines.push(
        `提醒：${file} 实验「${split.experiment}」已经分过组，现在改了（${change}）：有的客户会换组，以前的人不再算数。换一个实验名字更清楚`,
      )
    }
  }
  return lines
}

async function newestDrawn(tx: Tx, sop: string, experiment: string): Promise<SopSplit | undefined> {
  const row = await tx.row(
    sql`SELECT ${pick(SOP_SPLIT, 'version')} FROM ${SOP_SPLIT}
        WHERE ${SOP_SPLIT.experiment} = ${experiment} AND ${SOP_SPLIT.sop} = ${sop}
        ORDER BY ${SOP_SPLIT.id} DESC LIMIT 1`,
  )
  const rule = row === undefined ? undefined : await ruleVersion<SopRule>(tx, 'sop', sop, row.version)
  return splitsOf(rule?.steps ?? []).find(({ split }) => split.experiment === experiment)?.split
}
