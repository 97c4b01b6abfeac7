import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { createOutbox } from '../engine/actions/outbox.ts'
import { createEndGrant } from '../operations/grants/end-grant.ts'
import { giveAgain } from '../operations/grants/give-again.ts'
import { grantStore } from '../operations/grants/grant-store.ts'
import type { GrantState } from '../operations/grants/grant-tables.ts'
import { giftText } from '../operations/grants/grant-text.ts'
import { onGranted } from '../operations/sop/walk/on-granted.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { createTimeline } from '../records/timeline/timeline.ts'
import { readBook } from './find/read-book.ts'
import { type ChangeAnswer, type Command, defineCommand, mostListed } from './frame/command.ts'
import { numbered, oneOf, optional, or, text, whole } from './frame/slot.ts'

const STATE_ZH: Record<GrantState, string> = {
  asked: '正在发',
  nobody: '等店铺认出客户',
  stuck: '一直没发成，等人重试',
  given: '发了',
  refused: '没发成',
  unsure: '不知道发出去没有',
  lapsed: '过期或不再发',
}
/** Those to be looked at, the one that waits for a person first. */
const STATES = ['unsure', 'stuck', 'refused', 'nobody', 'asked', 'lapsed'] as const

const grants = defineCommand({
  name: 'grants',
  audited: 'no',
  scope: 'customers',
  says: '规则发的券和积分：不知道发出去没有的在最前，然后是没发成的、还在等的，和为什么；最新的在前',
  lists: true,
  options: {
    state: optional(oneOf('状态', `只看一种：${STATES.map((one) => `${one} ${STATE_ZH[one]}`).join('，')}`, STATES)),
  },
  run: async ({ state }, desk, form) => {
    const limit = mostListed(form)
    const found = await (await desk.db()).tx(async (tx) => {
      if (state !== undefined) return grantStore.inStates(tx, [state], limit)
      // What waits for a person is never behind what is only news.
      const [unsure, stuck, ...others] = STATES
      const waiting = await grantStore.inStates(tx, [unsure], limit)
      waiting.push(...(await grantStore.inStates(tx, [stuck], limit)))
      return [...waiting, ...(await grantStore.inStates(tx, others, limit))]
    })
    const rows = found.map((one) => [
      one.id,
      one.shop,
      giftText(one),
      one.externalUserId,
      STATE_ZH[one.state],
      shanghaiText(one.askedAtMs),
      one.why ?? '',
    ])
    return {
      text: rows.length === 0 ? '没有要看的：规则发的都发到了。' : rows.map((cells) => cells.join('  ')).join('\n'),
      data: found,
      sheet: { header: ['编号', '店铺', '发什么', '客户', '怎么样了', '什么时候要的', '为什么'], rows },
      isNo: found.some(({ state }) => state === 'unsure'),
    }
  },
})

const settle = defineCommand({
  name: 'settle',
  audited: 'change',
  scope: 'operate',
  says: '到店铺后台查过以后，说明一份不知道发出去没有的券或积分：given 发了，none 没发（也不再发）',
  words: {
    id: numbered('编号', 'shops grants 里的编号'),
    how: oneOf('结果', 'given 发了，none 没发', ['given', 'none']),
  },
  run: async ({ id, how }, desk) => {
    const { clock } = desk
    const book = await readBook(desk)
    const rules = { current: () => book }
    const { end } = createEndGrant({
      clock,
      rules,
      alerts: createAlerts({ clock }),
      timeline: createTimeline({ clock }),
    })
    const why = `${desk.operator.name} 到店铺后台查过，没有发出去`
    return (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
      const grant = await grantStore.byId(tx, id)
      if (grant?.state !== 'unsure')
        return { text: `编号 ${id} 不是「${STATE_ZH.unsure}」的。`, data: { id }, isNo: true, changed: [] }
      const text = await end(tx, grant, how === 'given' ? { kind: 'given' } : { kind: 'lapsed', why })
      if (text !== undefined) await onGranted(tx, grant.key, text)
      return {
        text: `编号 ${id}：${text ?? ''}`,
        data: { id, how },
        changed: [{ of: `grant ${id}`, customer: grant.externalUserId, before: { state: 'unsure' }, after: { how } }],
      }
    })
  },
})

const again = defineCommand({
  name: 'again',
  audited: 'change',
  scope: 'operate',
  says: '店铺说不的券和积分（发完了、还没生效），在店铺后台改好以后再发一次；不知道发出去没有的不管',
  words: { shop: text('编号', '店铺编号，config/shops 里的 id') },
  options: {
    name: optional(text('名字', '只发这一种：规则里 grant 的 name')),
    days: or(7, whole('天数', '只管近多少天要发的', { min: 1, max: 365 })),
  },
  run: async ({ shop, name, days }, desk): Promise<ChangeAnswer> => {
    const { clock } = desk
    const db = await desk.db()
    const outbox = createOutbox({ clock, nudge: () => undefined })
    const which = { name, sinceMs: clock.now() - days * DAY_MS }
    const given = await giveAgain({ db, clock, outbox, alerts: createAlerts({ clock }) }, shop, which)
    const text =
      given.length === 0
        ? `「${shop}」近 ${days} 天没有没发成的。`
        : `「${shop}」有 ${given.length} 份会再发一次，npm run -s shops -- grants 看发成了没有。`
    const changed = given.map(({ id, externalUserId }) => {
      return { of: `grant ${id}`, customer: externalUserId, before: { state: 'refused' }, after: { state: 'asked' } }
    })
    return { text, data: { shop, count: given.length }, changed, isNo: given.length === 0 }
  },
})

/** What rules give at shops, and what people have to do about it. */
export const grantCommands: Command[] = [grants, settle, again]
