import { describe, expect, it } from 'vitest'
import { VOCABULARY } from '../../../capabilities/vocabulary.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { FactValue } from '../../../rules/condition/fact.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import type { Entry } from '../model/sop-entry.ts'
import { boundSop } from '../testing/bound-sop.ts'
import { admit, atTheDoor, type Known } from './admission.ts'
import type { RefusalCode } from './refusal.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const NOON = '2026-11-22T12:00:00'

const time = (over: Partial<Entry> = {}): Entry => ({
  id: 7,
  sop: 'care',
  version: 'v',
  externalUserId: 'wm1',
  userId: 'zhangsan',
  state: 'finished',
  position: '1',
  dueAtMs: undefined,
  waitingEvent: undefined,
  event: undefined,
  heldOut: false,
  canary: false,
  startChain: 0,
  enteredAtMs: at('2026-11-01T09:00:00'),
  endedAtMs: at('2026-11-20T09:00:00'),
  endReason: '走完全部步骤',
  attempts: 0,
  ...over,
})

interface Case {
  rule?: Partial<SopRule>
  released?: (sop: Sop) => Sop
  facts?: Record<string, FactValue>
  known?: Partial<Omit<Known, 'facts'>>
  /** A look for the version that the customer gets. */
  look?: true
}

function decide({ rule = {}, released = (sop) => sop, facts = {}, known = {}, look }: Case) {
  const sop = released(boundSop(rule))
  const customer: Known = {
    externalUserId: 'wm1',
    occasion: look ? { kind: 'look', versions: [sop] } : { kind: 'event' },
    atMs: at(NOON),
    latest: undefined,
    userId: 'zhangsan',
    hasRefused: false,
    getsNone: false,
    inside: [],
    facts: new Map(Object.entries(facts)),
    words: VOCABULARY.facts,
    ...known,
  }
  return admit(sop, customer)
}

const rival = (over: Partial<SopRule> = {}): Sop => boundSop({ sop: 'rival', name: '对手', exclusive: '主线', ...over })
/** The share of the canary is nobody's or, at 100, everybody's. */
const onTrial =
  (percent: number, isOnly: boolean) =>
  (sop: Sop): Sop => ({ ...sop, canary: { sop: { ...sop, version: 'trial', isCanary: true }, percent, isOnly } })

const PAID_TWICE = { when: { 'orders.paid.count': { gte: 2 } } }
const SILENT: Partial<SopRule> = { trigger: { silence: 5, at: '10:00' }, reenterAfterDays: 0 }

const REFUSED: [string, Case, RefusalCode, string][] = [
  ['held back', { released: onTrial(0, true) }, 'not-released', '目前没有版本让人进入'],
  ['a canary of others', { released: onTrial(1, true) }, 'not-released', '新版本还在灰度，没有轮到这位客户'],
  ['switched off', { rule: { enabled: false } }, 'switched-off', '没有启用'],
  ['too early', { rule: { valid: { from: '2026-11-23' } } }, 'not-valid', '有效期从 2026-11-23 开始'],
  ['too late', { rule: { valid: { to: '2026-11-21' } } }, 'not-valid', '有效期到 2026-11-21 为止'],
  ['inside', { known: { latest: time({ state: 'active', endedAtMs: undefined }) } }, 'inside', '已经在这个 SOP 里'],
  ['was inside once', { known: { latest: time() } }, 'once-only', '进过一次，不再进'],
  [
    'ended two days ago',
    { rule: { reenterAfterDays: 3 }, known: { latest: time() } },
    'too-soon',
    '上次结束才 2 天，要隔 3 天',
  ],
  ['has refused', { known: { hasRefused: true } }, 'no-consent', '客户拒绝了营销，不自动联系'],
  [
    'is one of those who get nothing',
    { known: { getsNone: true } },
    'no-marketing',
    '全体对照组（policy.yaml 的 holdOut），不做营销',
  ],
  ['nobody follows them', { known: { userId: undefined } }, 'no-guide', '没有在跟进的导购'],
  [
    'paid once',
    { rule: PAID_TWICE, facts: { 'orders.paid.count': 1 } },
    'condition',
    '不符合条件：已付款订单数至少 2（现在 1）',
  ],
  [
    'two parts do not hold',
    { rule: { when: { 'orders.paid.count': { gte: 2 }, 'follow.active': true } }, facts: { 'follow.active': false } },
    'condition',
    '不符合条件：已付款订单数至少 2（现在 未知）；现在是好友（现在 否）',
  ],
  [
    'an equal journey of the group has them',
    { rule: { exclusive: '主线' }, known: { inside: [rival()] } },
    'rival',
    '客户在同组的 SOP「对手」里，它的优先级不低',
  ],
  [
    'four days of silence',
    { rule: SILENT, look: true, facts: { 'silence.days': 4 } },
    'not-the-time',
    '还没到时候：沉默天数至少 5（现在 4）',
  ],
  [
    'outside the audience',
    { rule: { trigger: { enters: { 'follow.active': true } } }, look: true, facts: { 'follow.active': false } },
    'not-the-time',
    '不在人群里：现在是好友（现在 否）',
  ],
  [
    'in the audience that is to be left',
    { rule: { trigger: { leaves: { 'follow.active': true } } }, look: true, facts: { 'follow.active': true } },
    'not-the-time',
    '条件符合，等着离开人群',
  ],
  [
    'the same silence as last time',
    { rule: SILENT, look: true, facts: { 'silence.days': 22 }, known: { latest: time() } },
    'no-news',
    '还是上次进来时的那次沉默',
  ],
]

it.each(REFUSED)('%s: refused', (_what, one, code, zh) => {
  expect(decide(one)).toMatchObject({ kind: 'refused', code, zh })
})

const ADMITTED: [string, Case][] = [
  ['nothing is asked', {}],
  ['the first day and the last', { rule: { valid: { from: '2026-11-22', to: '2026-11-22' } } }],
  ['the stated days have passed', { rule: { reenterAfterDays: 2 }, known: { latest: time() } }],
  ['at once again', { rule: { reenterAfterDays: 0 }, known: { latest: time({ endedAtMs: at(NOON) }) } }],
  ['the condition just holds', { rule: PAID_TWICE, facts: { 'orders.paid.count': 2 } }],
  ['a lesser journey of the group', { rule: { exclusive: '主线', priority: 51 }, known: { inside: [rival()] } }],
  ['a journey of another group', { rule: { exclusive: '旁线' }, known: { inside: [rival({ priority: 100 })] } }],
  ['a journey of no group', { known: { inside: [rival({ priority: 100 })] } }],
  ['silent anew', { rule: SILENT, look: true, facts: { 'silence.days': 21 }, known: { latest: time() } }],
  // What the trigger looks for is no matter when a step of another journey starts it.
  ['by a step', { rule: SILENT, facts: { 'silence.days': 0 }, known: { occasion: { kind: 'step' } } }],
  ['everybody’s canary', { released: onTrial(100, true) }],
]

it.each(ADMITTED)('%s: admitted', (_what, one) => {
  expect(decide(one)).toMatchObject({ kind: 'admitted', userId: 'zhangsan' })
})

describe('of several reasons', () => {
  /** Each case alone is refused by its own code; with everything before it mended, and nothing after it. */
  const ALL: Case = {
    rule: {
      ...SILENT,
      ...PAID_TWICE,
      enabled: false,
      valid: { to: '2026-11-21' },
      exclusive: '主线',
      reenterAfterDays: 30,
    },
    look: true,
    released: onTrial(0, true),
    facts: { 'silence.days': 4 },
    known: { userId: undefined, inside: [rival()], latest: time() },
  }
  const mend: [RefusalCode, (one: Case) => Case][] = [
    ['not-released', (one) => ({ ...one, released: (sop) => sop })],
    ['switched-off', ({ rule, ...one }) => ({ ...one, rule: { ...rule, enabled: true } })],
    ['not-valid', ({ rule, ...one }) => ({ ...one, rule: { ...rule, valid: { from: '2026-11-22' } } })],
    ['too-soon', ({ rule, ...one }) => ({ ...one, rule: { ...rule, reenterAfterDays: 2 } })],
    ['no-guide', ({ known, ...one }) => ({ ...one, known: { ...known, userId: 'zhangsan' } })],
    ['condition', ({ facts, ...one }) => ({ ...one, facts: { ...facts, 'orders.paid.count': 2 } })],
    ['rival', ({ known, ...one }) => ({ ...one, known: { ...known, inside: [] } })],
    ['not-the-time', ({ facts, ...one }) => ({ ...one, facts: { ...facts, 'silence.days': 22 } })],
    ['no-news', ({ facts, ...one }) => ({ ...one, facts: { ...facts, 'silence.days': 21 } })],
  ]
  it('what lasts longest is told, then what comes after it', () => {
    let one = ALL
    for (const [code, mended] of mend) {
      expect(decide(one)).toMatchObject({ kind: 'refused', code })
      one = mended(one)
    }
    expect(decide(one)).toMatchObject({ kind: 'admitted' })
  })
})

it('a look lets in nobody whose version is looked for at another time', () => {
  const sop = onTrial(100, false)(boundSop())
  expect(decide({ released: () => sop, known: { occasion: { kind: 'look', versions: [sop] } } })).toMatchObject({
    code: 'other-version',
  })
})

it('of a canary its share of people gets it, of those held out nobody a step; always the same people', () => {
  const sop = onTrial(30, false)(boundSop({ holdOut: { percent: 20, days: 7 } }))
  const decided = Array.from({ length: 1_000 }, (_one, index) =>
    decide({ released: () => sop, known: { externalUserId: `wm${index}` } }),
  ).flatMap((one) => (one.kind === 'admitted' ? [one] : []))
  // Three standard deviations of 1,000 draws are at most 44 and 38.
  expect(Math.abs(decided.filter((one) => one.sop.version === 'trial').length - 300)).toBeLessThan(44)
  expect(Math.abs(decided.filter((one) => one.heldOut).length - 200)).toBeLessThan(38)
})

it('tells by which facts, and asks for none of those who are turned away', () => {
  const one = { rule: PAID_TWICE, facts: { 'orders.paid.count': 3, score: 9 } }
  expect(decide(one)).toMatchObject({ seen: { 'orders.paid.count': 3 } })
  expect(decide({ ...one, facts: {}, rule: { when: { 'orders.paid.count': { known: false } } } })).toMatchObject({
    seen: { 'orders.paid.count': null },
  })
  const sop = boundSop(PAID_TWICE)
  const arrival = {
    externalUserId: 'wm1',
    occasion: { kind: 'event' },
    atMs: at(NOON),
    latest: undefined,
    hasRefused: false,
    getsNone: false,
  } as const
  expect(atTheDoor(sop, { ...arrival, userId: undefined }).kind).toBe('refused')
  expect(atTheDoor(sop, { ...arrival, userId: 'zhangsan' }).kind).toBe('let-through')
})
