import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import { type Consents, createConsents } from '../../records/privacy/consents.ts'
import { CONSENT_SCOPES, type ConsentKind } from '../../records/privacy/privacy-tables.ts'
import { customerSlot, findCustomer } from '../find/find-customer.ts'
import { type Changed, type Desk, defineCommand } from '../frame/command.ts'
import { flag, oneOf, optional, text, whole } from '../frame/slot.ts'
import { table } from '../frame/table.ts'
import { CONSENT_ZH, SCOPE_ZH, SOURCE_ZH, STATE_ZH } from './people-text.ts'

/** The running server hears of it within a second by itself. */
export const consentsOf = ({ clock }: Desk): Consents =>
  createConsents({ clock, emit: createEmit({ clock, nudge: () => {} }) })

/** What «restricted» means. */
export const RESTRICTED: readonly ConsentKind[] = ['marketing', 'profiling']

export const restrictCommand = defineCommand({
  name: 'restrict',
  audited: 'change',
  scope: 'operate',
  says: '限制处理：不再自动联系、不再画像和分层；导购照样可以回复。--lift 取消限制',
  more: [
    '限制以后：不进 SOP，在里面的退出，群发跳过，不发欢迎语，不邀请进群，不评定等级和分数。',
    '已经到了企业微信、只等导购确认的群发改不了：企业微信没有这样的接口，请告诉导购。',
  ].join('\n'),
  words: { customer: customerSlot },
  options: {
    only: optional(oneOf('什么', '只限制一样：群发、SOP 或邀请进群；导购帮客户记的也这样写', Object.values(SCOPE_ZH))),
    days: optional(whole('天数', '多少天以后自动恢复；不写就一直有效', { min: 1, max: 3_650 })),
    lift: flag('取消限制'),
    note: optional(text('说明', '为什么，例如客户在哪里说的')),
    by: optional(text('谁', '谁来记的')),
  },
  run: async ({ customer, only, days, lift, note, by: byWhom }, desk) => {
    const db = await desk.db()
    const { externalUserId, name } = await db.view((view) => findCustomer(view, customer))
    const consents = consentsOf(desk)
    const state = lift ? 'given' : 'refused'
    const scope = CONSENT_SCOPES.find((one) => one !== '' && SCOPE_ZH[one] === only) ?? ''
    const untilMs = days === undefined || lift ? undefined : desk.clock.now() + days * DAY_MS
    const changed = await db.tx(async (tx): Promise<Changed[]> => {
      const told: Changed[] = []
      for (const kind of scope === '' ? RESTRICTED : (['marketing'] as const)) {
        const said = { externalUserId, kind, scope, untilMs, state, source: 'command', note, byWhom } as const
        const now = await consents.refusedNow(tx, kind, externalUserId)
        const had = now.some((one) => one.scope === scope)
        // Who never refused has nothing to be lifted.
        if ((lift && !had) || !(await consents.record(tx, said))) continue
        const of = scope === '' ? kind : `${kind}:${scope}`
        told.push({ of, customer: externalUserId, before: { refused: had }, after: { refused: !lift } })
      }
      return told
    })
    const what = only === undefined ? '' : `「${only}」`
    const end = untilMs === undefined ? '' : `，到 ${shanghaiText(untilMs)} 为止`
    const done = lift ? `已取消限制${what}` : `已限制${what}`
    const before = lift ? '本来就没有限制' : '本来就限制着'
    return {
      text: changed.length > 0 ? `${done}：「${name}」${end}。` : `「${name}」${before}。`,
      data: { externalUserId, scope, untilMs, isRestricted: !lift, changed: changed.length > 0 },
      changed,
    }
  },
})

const HEADER = ['时间', '什么', '同意还是拒绝', '到什么时候', '谁的意思', '谁记的', '说明']

export const consentsCommand = defineCommand({
  name: 'consents',
  audited: 'look',
  scope: 'customers',
  says: '一位客户同意、拒绝过什么，什么时候，谁记的',
  lists: true,
  words: { customer: customerSlot },
  run: async ({ customer }, desk) => {
    const db = await desk.db()
    const { externalUserId, name } = await db.view((view) => findCustomer(view, customer))
    const found = await db.view((view) => consentsOf(desk).ofCustomer(view, externalUserId))
    const rows = found.map(({ at, kind, scope, state, until_at: untilMs, source, by_whom, note }) => [
      shanghaiText(at),
      scope === '' ? CONSENT_ZH[kind] : `${CONSENT_ZH[kind]}：${SCOPE_ZH[scope]}`,
      STATE_ZH[state],
      untilMs === null ? '' : shanghaiText(untilMs),
      SOURCE_ZH[source],
      by_whom ?? '',
      note ?? '',
    ])
    return {
      text: rows.length === 0 ? `「${name}」没有说过同意或拒绝。` : table([HEADER, ...rows]),
      data: { externalUserId, consents: found },
      sheet: { header: HEADER, rows },
    }
  },
})
