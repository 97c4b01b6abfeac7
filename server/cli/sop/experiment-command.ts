import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import {
  type AskedSplit,
  type SplitResult,
  splitPeople,
  splitResult,
} from '../../operations/sop/experiments/split-results.ts'
import { storedVersions } from '../../operations/sop/model/sop-versions.ts'
import { orderQueries } from '../../records/orders/order-queries.ts'
import { splitsOf } from '../../rules/book/splits-of.ts'
import type { SopSplit } from '../../rules/schema/sop-rule.ts'
import { sopSlot } from '../find/find-sop.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand, type Sheet } from '../frame/command.ts'
import { optional, text, whole } from '../frame/slot.ts'
import { type Bought, type BoughtBy, boughtBy, boughtLines } from './bought-text.ts'
import { contentOf, onSop, releaseOf } from './known-sop.ts'
import { armLines, HOW_JUDGED, verdictLines } from './share-text.ts'

export const experimentCommand = defineCommand({
  name: 'experiment',
  audited: 'no',
  scope: 'open',
  says: '实验各组的达成率、每人订单和金额、差别和结论',
  lists: true,
  words: { sop: sopSlot, experiment: optional(text('实验', '实验的名字；不写就看全部')) },
  options: { days: optional(whole('天数', '分组后几天内达成才算，默认 7', { min: 1, max: 365 })) },
  run: async ({ sop: written, experiment, days: windowDays }, desk) => {
    const judged = await onSop(desk, written, async (tx, sop) => {
      const splits = await runningSplits(tx, sop)
      const wanted = splits.filter((split) => experiment === undefined || split.experiment === experiment)
      if (wanted.length === 0) {
        const known = splits.map((split) => split.experiment).join('、')
        throw cliFault(
          'no',
          known === '' ? `「${sop}」里没有实验。` : `「${sop}」里没有实验「${experiment}」，有：${known}。`,
        )
      }
      const results: (SplitResult & { asked: AskedSplit })[] = []
      for (const split of wanted) {
        const asked = { sop, split, windowDays, nowMs: desk.clock.now(), versions: storedVersions(VOCABULARY.facts) }
        results.push({ ...(await splitResult(tx, asked)), asked })
      }
      return { sop, results }
    })
    const db = await desk.db()
    const experiments: (SplitResult & { bought: BoughtBy[] })[] = []
    for (const { asked, ...result } of judged.results) {
      const names = result.arms.map(({ name }) => name)
      const isComparable = result.by === 'customer' && !result.verdict.isRatioBroken
      const bought = isComparable ? await boughtBy(purchases(db, asked, result.windowDays), names) : []
      experiments.push({ ...result, bought })
    }
    return {
      text: [...experiments.map(resultText), HOW_JUDGED].join('\n\n'),
      data: { sop: judged.sop, experiments },
      sheet: armsSheet(experiments),
    }
  },
})

const PAGE = 500

async function* purchases(db: Db, asked: AskedSplit, windowDays: number): AsyncGenerator<Bought> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after
    const { bought, last } = await db.tx(async (tx) => {
      const page = await splitPeople(tx, asked, { after: from, limit: PAGE })
      const spans = page.people.map(({ externalUserId, drawnAtMs }) => ({
        ...{ externalUserId, fromMs: drawnAtMs, toMs: drawnAtMs + windowDays * DAY_MS },
      }))
      const paid = await orderQueries.paidWithin(tx, spans)
      const each = page.people.map(({ externalUserId, arm }) => ({
        arm,
        ...(paid.get(externalUserId) ?? { count: 0, sumFen: 0 }),
      }))
      return { bought: each, last: page.last }
    })
    yield* bought
    after = last
  }
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

const armsSheet = (results: readonly SplitResult[]): Sheet => ({
  header: ['实验', '组', '分到', '满期限', '达成'],
  rows: results.flatMap(({ experiment, arms }) =>
    arms.map(({ name, assigned, people, goals }) => [experiment, name, assigned, people, goals]),
  ),
})

/** Customers of one guide are alike: an interval over customers would be narrower than is true. */
const ALIKE = '  每人订单、每人金额：按导购分组的实验不比，同一位导购的客户彼此像。'

function resultText({
  experiment,
  by,
  windowDays,
  arms,
  verdict,
  leftOut,
  bought,
}: SplitResult & { bought: BoughtBy[] }): string {
  const head = `实验「${experiment}」（按${by === 'guide' ? '导购' : '客户'}分组；分组后 ${windowDays} 天内达成算数）`
  const changed =
    leftOut === 0
      ? []
      : [`  有 ${leftOut} 人是在改组名、比例或分组方式以前分的，改了以后会换组，不算在内。下次改请换实验的名字。`]
  const money = by === 'guide' ? [ALIKE] : boughtLines(bought, arms[0]?.name ?? '')
  return [head, ...armLines(arms, verdict), ...changed, ...verdictLines(arms, verdict), ...money].join('\n')
}
