import type { Db } from '../../core/db/db.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import {
  ASKED_FOR,
  earlierInCampaign,
  effectPeople,
  HELD_OUT,
  type SendEffect,
  sendEffect,
} from '../../operations/mass-send/send-effect.ts'
import { sendQueries } from '../../operations/mass-send/send-queries.ts'
import { orderQueries } from '../../records/orders/order-queries.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { numbered } from '../frame/slot.ts'
import { type Bought, boughtBy, boughtLines } from '../sop/bought-text.ts'
import { armLines, HOW_JUDGED, verdictLines } from '../sop/share-text.ts'

const PAGE = 500

export const effectCommand = defineCommand({
  name: 'effect',
  audited: 'no',
  scope: 'open',
  says: '和对照组比，这次群发到底带来多少下单的人、订单和金额',
  words: { run: numbered('编号', '先用 list 查') },
  run: async ({ run: runId }, desk) => {
    const db = await desk.db()
    const nowMs = desk.clock.now()
    const { run, effect, campaign } = await db.tx(async (tx) => ({
      run: await sendQueries.run(tx, runId),
      effect: await sendEffect(tx, runId, nowMs),
      campaign: await earlierInCampaign(tx, runId),
    }))
    if (run === undefined) throw cliFault('no', `没有编号 ${runId} 的群发，先用 list 查。`)
    if (effect === undefined) {
      throw cliFault(
        'no',
        `「${run.name}」这次没有对照组，说不出它带来了什么。在规则里写 holdOut: { percent: 10, days: 7 }。`,
      )
    }
    if (campaign !== undefined) {
      throw cliFault(
        'no',
        `「${run.name}」不是活动「${campaign}」发给客户的第一步，前面的已经让两边不一样了，单看这一步说不出它带来了什么。整个活动和对照组比：npm run -s campaigns -- show ${campaign}`,
      )
    }
    const { holdOut, arms, verdict, toMs } = effect
    const isOver = nowMs >= toMs
    const bought =
      isOver && !verdict.isRatioBroken ? await boughtBy(purchases(db, runId, effect), [HELD_OUT, ASKED_FOR]) : []
    const lines = [
      `#${runId}「${run.name}」的对照组占 ${holdOut.percent}%，比较发出后 ${holdOut.days} 天里有没有下单（部分退款算下单，全退不算）`,
      ...(isOver ? [] : [`  ${holdOut.days} 天到 ${shanghaiText(toMs)} 才过完，先不比。`]),
      ...armLines(arms, verdict),
      ...(isOver ? verdictLines(arms, verdict) : []),
      ...boughtLines(bought, HELD_OUT),
    ]
    const [{ orders, fen } = {}] = bought
    const why = '群发的人按该发的算，导购没有确认的也在内：谁分到哪边是抽的，谁收到了不是。'
    return { text: [...lines, '', why, HOW_JUDGED].join('\n'), data: { run: runId, ...effect, orders, fen } }
  },
})

async function* purchases(db: Db, runId: number, { fromMs, toMs }: SendEffect): AsyncGenerator<Bought> {
  for (let after = ''; ; ) {
    const from = after
    const page = await db.tx(async (tx) => {
      const people = await effectPeople(tx, runId, { after: from, limit: PAGE })
      const spans = people.map(({ externalUserId }) => ({ externalUserId, fromMs, toMs }))
      const paid = await orderQueries.paidWithin(tx, spans)
      return people.map((one) => ({
        ...one,
        arm: one.isHeldOut ? HELD_OUT : ASKED_FOR,
        ...(paid.get(one.externalUserId) ?? { count: 0, sumFen: 0 }),
      }))
    })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.externalUserId
  }
}
