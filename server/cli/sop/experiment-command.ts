import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type SplitResult, splitResult } from '../../operations/sop/experiments/split-results.ts'
import { storedVersions } from '../../operations/sop/model/sop-versions.ts'
import { splitsOf } from '../../rules/book/splits-of.ts'
import type { SopSplit } from '../../rules/schema/sop-rule.ts'
import { contentOf, releaseOf } from './known-sop.ts'
import { readWords, wrongUse } from './read-words.ts'
import { armLines, HOW_JUDGED, verdictLines } from './share-text.ts'
import type { SopCommand } from './sop-command.ts'

export const experimentCommand: SopCommand = {
  usage: 'experiment <SOP> [实验] [--days N]',
  says: '实验各组的达成率、差别和结论；N 是分组后几天内达成才算（默认 7）',
  run: async (words, { db, clock }) => {
    const options = { days: { type: 'string' } } as const
    const { given, values } = readWords(words, { options, names: ['SOP 的编号', '实验的名字'], least: 1 })
    const [sop = '', experiment] = given
    const windowDays = values.days === undefined ? undefined : wholeDays(values.days)
    return db().tx(async (tx) => {
      const splits = await runningSplits(tx, sop)
      const wanted = splits.filter((split) => experiment === undefined || split.experiment === experiment)
      if (wanted.length === 0) {
        const known = splits.map((split) => split.experiment).join('、')
        throw wrongUse(
          known === '' ? `「${sop}」里没有实验。` : `「${sop}」里没有实验「${experiment}」，有：${known}。`,
        )
      }
      const blocks: string[] = []
      for (const split of wanted) {
        const asked = { sop, split, windowDays, nowMs: clock.now(), versions: storedVersions(VOCABULARY.facts) }
        blocks.push(resultText(await splitResult(tx, asked)))
      }
      return { code: 0, out: [...blocks, HOW_JUDGED].join('\n\n'), err: '' }
    })
  },
}

function wholeDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 365) throw wrongUse('--days 要写 1 到 365 的整数。')
  return days
}

/** The experiments of the versions that new entrants get. */
async function runningSplits(tx: Tx, sop: string): Promise<SopSplit[]> {
  const { stable, canary, fileVersion } = await releaseOf(tx, sop)
  const found = new Map<string, SopSplit>()
  for (const version of [stable ?? fileVersion, canary ?? fileVersion]) {
    for (const { split } of splitsOf((await contentOf(tx, sop, version)).steps)) {
      if (!found.has(split.experiment)) found.set(split.experiment, split)
    }
  }
  return [...found.values()]
}

function resultText({ experiment, by, windowDays, arms, verdict, leftOut }: SplitResult): string {
  const head = `实验「${experiment}」（按${by === 'guide' ? '导购' : '客户'}分组；分组后 ${windowDays} 天内达成算数）`
  const changed =
    leftOut === 0
      ? []
      : [`  有 ${leftOut} 人是在改组名、比例或分组方式以前分的，改了以后会换组，不算在内。下次改请换实验的名字。`]
  return [head, ...armLines(arms, verdict), ...changed, ...verdictLines(arms, verdict)].join('\n')
}
