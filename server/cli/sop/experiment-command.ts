import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type SplitResult, splitResult } from '../../operations/sop/experiments/split-results.ts'
import { storedVersions } from '../../operations/sop/model/sop-versions.ts'
import { splitsOf } from '../../rules/book/splits-of.ts'
import type { SopSplit } from '../../rules/schema/sop-rule.ts'
import { sopSlot } from '../find/find-sop.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand, type Sheet } from '../frame/command.ts'
import { optional, text, whole } from '../frame/slot.ts'
import { contentOf, onSop, releaseOf } from './known-sop.ts'
import { armLines, HOW_JUDGED, verdictLines } from './share-text.ts'

export const experimentCommand = defineCommand({
  name: 'experiment',
  audited: 'no',
  scope: 'open',
  says: '实验各组的达成率、差别和结论',
  lists: true,
  words: { sop: sopSlot, experiment: optional(text('实验', '实验的名字；不写就看全部')) },
  options: { days: optional(whole('天数', '分组后几天内达成才算，默认 7', { min: 1, max: 365 })) },
  run: async ({ sop: written, experiment, days: windowDays }, desk) =>
    onSop(desk, written, async (tx, sop) => {
      const splits = await runningSplits(tx, sop)
      const wanted = splits.filter((split) => experiment === undefined || split.experiment === experiment)
      if (wanted.length === 0) {
        const known = splits.map((split) => split.experiment).join('、')
        throw cliFault(
          'no',
          known === '' ? `「${sop}」里没有实验。` : `「${sop}」里没有实验「${experiment}」，有：${known}。`,
        )
      }
      const results: SplitResult[] = []
      for (const split of wanted) {
        const asked = { sop, split, windowDays, nowMs: desk.clock.now(), versions: storedVersions(VOCABULARY.facts) }
        results.push(await splitResult(tx, asked))
      }
      return {
        text: [...results.map(resultText), HOW_JUDGED].join('\n\n'),
        data: { sop, experiments: results },
        sheet: armsSheet(results),
      }
    }),
})

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

const armsSheet = (results: readonly SplitResult[]): Sheet => ({
  header: ['实验', '组', '分到', '满期限', '达成'],
  rows: results.flatMap(({ experiment, arms }) =>
    arms.map(({ name, assigned, people, goals }) => [experiment, name, assigned, people, goals]),
  ),
})

function resultText({ experiment, by, windowDays, arms, verdict, leftOut }: SplitResult): string {
  const head = `实验「${experiment}」（按${by === 'guide' ? '导购' : '客户'}分组；分组后 ${windowDays} 天内达成算数）`
  const changed =
    leftOut === 0
      ? []
      : [`  有 ${leftOut} 人是在改组名、比例或分组方式以前分的，改了以后会换组，不算在内。下次改请换实验的名字。`]
  return [head, ...armLines(arms, verdict), ...changed, ...verdictLines(arms, verdict)].join('\n')
}
