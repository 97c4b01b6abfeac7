import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Db } from '../../core/db/db.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { HELD_OUT, holdOutPeople, holdOutResult, TAKEN_IN } from '../../operations/sop/experiments/hold-out-result.ts'
import { storedVersions } from '../../operations/sop/model/sop-versions.ts'
import { orderQueries } from '../../records/orders/order-queries.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import { sopSlot } from '../find/find-sop.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { type Bought, boughtBy, boughtLines } from './bought-text.ts'
import { contentOf, onSop, releaseOf } from './known-sop.ts'
import { armLines, HOW_JUDGED, verdictLines } from './share-text.ts'

const PAGE = 500

type HoldOut = NonNullable<SopRule['holdOut']>

export const upliftCommand = defineCommand({
  name: 'uplift',
  audited: 'no',
  scope: 'open',
  says: '和对照组比，这条 SOP 到底带来多少达成、订单和金额',
  words: { sop: sopSlot },
  run: async ({ sop: written }, desk) => {
    const nowMs = desk.clock.now()
    const { sop, holdOut } = await onSop(desk, written, async (tx, id) => {
      const { stable, fileVersion } = await releaseOf(tx, id)
      return { sop: id, holdOut: (await contentOf(tx, id, stable ?? fileVersion)).holdOut }
    })
    if (holdOut === undefined) {
      const how = '在规则里写 holdOut: { percent: 10, days: 30 }，从那以后进来的人才能比。'
      throw cliFault('no', `「${sop}」没有对照组，说不出它带来了什么。${how}`)
    }
    const asked = { sop, holdOut, nowMs, versions: storedVersions(VOCABULARY.facts) }
    const db = await desk.db()
    const { arms, verdict, leftOut } = await db.tx((tx) => holdOutResult(tx, asked))
    const head = `「${sop}」的对照组占 ${holdOut.percent}%，比较进来以后 ${holdOut.days} 天`
    const ignored = leftOut === 0 ? [] : [`  有 ${leftOut} 人进来时没有这样的对照组，不算在内。`]
    const bought = verdict.isRatioBroken
      ? []
      : await boughtBy(purchases(db, { sop, holdOut, nowMs }), [HELD_OUT, TAKEN_IN])
    const lines = [
      head,
      ...armLines(arms, verdict),
      ...ignored,
      ...verdictLines(arms, verdict),
      ...boughtLines(bought, HELD_OUT),
    ]
    const [{ orders, fen } = {}] = bought
    return { text: [...lines, '', HOW_JUDGED].join('\n'), data: { sop, holdOut, arms, verdict, leftOut, orders, fen } }
  },
})

async function* purchases(db: Db, asked: { sop: string; holdOut: HoldOut; nowMs: number }): AsyncGenerator<Bought> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after
    const { bought, last } = await db.tx(async (tx) => {
      const page = await holdOutPeople(
        tx,
        { ...asked, versions: storedVersions(VOCABULARY.facts) },
        { after: from, limit: PAGE },
      )
      const spans = page.people.map(({ externalUserId, enteredAtMs }) => ({
        externalUserId,
        fromMs: enteredAtMs,
        toMs: enteredAtMs + asked.holdOut.days * DAY_MS,
      }))
      const paid = await orderQueries.paidWithin(tx, spans)
      const bought = page.people.map(({ externalUserId, isHeldOut }) => ({
        arm: isHeldOut ? HELD_OUT : TAKEN_IN,
        ...(paid.get(externalUserId) ?? { count: 0, sumFen: 0 }),
      }))
      return { bought, last: page.last }
    })
    yield* bought
    after = last
  }
}
