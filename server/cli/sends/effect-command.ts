import type { Db } from '../../core/db/db.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import {
  ASKED_FOR,
  earlierInCampaign,
  effectPeople,
  HELD_OUT,
  type SendEffect,
  sendEffect,
  type WatchedPerson,
} from '../../operations/mass-send/send-effect.ts'
import { sendQueries } from '../../operations/mass-send/send-queries.ts'
import { orderQueries } from '../../records/orders/order-queries.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { numbered } from '../frame/slot.ts'
import { type Bought, type BoughtBy, boughtBy, boughtLines } from '../sop/bought-text.ts'
import { armLines, HOW_JUDGED, verdictLines } from '../sop/share-text.ts'

const PAGE = 500

export const effectCommand = defineCommand({
  name: 'effect',
  audited: 'no',
  scope: 'open',
  says: '和对照组比，这次群发到底带来多少下单的人、订单和金额；分了几版的，哪一版好',
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
      const how = '在规则里写 holdOut: { percent: 10, days: 7 }；比较几段正文，写 split。'
      throw cliFault('no', `「${run.name}」这次没有对照组，说不出它带来了什么。${how}`)
    }
    const { split } = effect
    // Whoever draws a version draws it whatever came before; who was held out was held out of that, too.
    const isCompared = effect.holdOut !== undefined && campaign === undefined
    if (!isCompared && split === undefined) {
      throw cliFault(
        'no',
        `「${run.name}」不是活动「${campaign}」发给客户的第一步，前面的已经让两边不一样了，单看这一步说不出它带来了什么。整个活动和对照组比：npm run -s campaigns -- show ${campaign}`,
      )
    }
    const isOver = nowMs >= effect.toMs
    const asked = { runId, effect, isOver }
    const whole: Compared = isCompared ? await wholeLines(db, asked) : { lines: [], bought: [] }
    const versions = split === undefined ? undefined : await versionLines(db, { ...asked, split, isCompared })
    const lines = [
      headOf(run, effect, { isCompared }),
      ...(isOver ? [] : [`  ${effect.days} 天到 ${shanghaiText(effect.toMs)} 才过完，先不比。`]),
      ...whole.lines,
      ...(versions?.lines ?? []),
    ]
    const [{ orders, fen } = {}] = whole.bought
    const why = '群发的人按该发的算，导购没有确认的也在内：谁分到哪边是抽的，谁收到了不是。'
    return {
      text: [...lines, '', why, HOW_JUDGED].join('\n'),
      data: { run: runId, ...effect, orders, fen, ...(versions === undefined ? {} : { bought: versions.bought }) },
    }
  },
})

function headOf(
  { id, name }: { id: number; name: string },
  { holdOut, days }: SendEffect,
  { isCompared }: { isCompared: boolean },
): string {
  const what = isCompared ? `的对照组占 ${holdOut?.percent ?? 0}%，` : '按抽签分了几版，'
  return `#${id}「${name}」${what}比较发出后 ${days} 天里有没有下单（部分退款算下单，全退不算）`
}

interface Asked {
  runId: number
  effect: SendEffect
  isOver: boolean
}
interface Compared {
  lines: string[]
  bought: BoughtBy[]
}

/** Those whom the send was for beside those who were only watched. */
async function wholeLines(db: Db, { runId, effect, isOver }: Asked): Promise<Compared> {
  const { arms, verdict } = effect
  const bySide = ({ isHeldOut }: WatchedPerson): string => (isHeldOut ? HELD_OUT : ASKED_FOR)
  const isKnown = isOver && !verdict.isRatioBroken
  const bought = isKnown ? await boughtBy(purchases(db, { runId, effect, armOf: bySide }), [HELD_OUT, ASKED_FOR]) : []
  const judged = isOver ? verdictLines(arms, verdict) : []
  return { lines: [...armLines(arms, verdict), ...judged, ...boughtLines(bought, HELD_OUT)], bought }
}

/** Its versions beside each other, and each beside those who were only watched. */
async function versionLines(
  db: Db,
  {
    runId,
    effect,
    isOver,
    split,
    isCompared,
  }: Asked & { split: NonNullable<SendEffect['split']>; isCompared: boolean },
): Promise<Compared> {
  const { arms, verdict, besideHeldOut } = split
  const names = arms.map(({ name }) => name)
  const byVersion = ({ isHeldOut, variant }: WatchedPerson): string => (isHeldOut ? HELD_OUT : (variant ?? ''))
  const isKnown = isOver && !verdict.isRatioBroken
  const bought = isKnown ? await boughtBy(purchases(db, { runId, effect, armOf: byVersion }), names) : []
  const [heldOut] = effect.arms
  const beside =
    !isOver || !isCompared || besideHeldOut === undefined || heldOut === undefined
      ? []
      : verdictLines([heldOut, ...arms], besideHeldOut)
  const judged = isOver ? verdictLines(arms, verdict) : []
  const lines = [
    ...(isCompared ? ['  各版：'] : []),
    ...armLines(arms, verdict),
    ...judged,
    ...beside,
    ...boughtLines(bought, names[0] ?? ''),
  ]
  return { lines, bought }
}

async function* purchases(
  db: Db,
  { runId, effect: { fromMs, toMs }, armOf }: { runId: number; effect: SendEffect; armOf(one: WatchedPerson): string },
): AsyncGenerator<Bought> {
  for (let after = ''; ; ) {
    const from = after
    const page = await db.tx(async (tx) => {
      const people = await effectPeople(tx, runId, { after: from, limit: PAGE })
      const spans = people.map(({ externalUserId }) => ({ externalUserId, fromMs, toMs }))
      const paid = await orderQueries.paidWithin(tx, spans)
      return people.map((one) => ({
        externalUserId: one.externalUserId,
        arm: armOf(one),
        ...(paid.get(one.externalUserId) ?? { count: 0, sumFen: 0 }),
      }))
    })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.externalUserId
  }
}
