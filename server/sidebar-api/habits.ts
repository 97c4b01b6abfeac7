import type { Facts } from '../rules/condition/fact.ts'
import type { Profile } from './contract.ts'

/** What is asked to say how somebody buys. */
export const HABIT_FACTS = [
  'orders.paid.avgIntervalDays',
  'orders.paid.intervalsSinceLast',
  'orders.paid.daysSinceLast',
  'worth.orders90',
  'worth.value90',
  'worth.alivePercent',
  'worth.daysSinceReckoned',
  'score.name',
  'score.daysSinceMoved',
  'score.daysSinceReckoned',
]

/** So many of one's own intervals without buying are late. */
const LATE_INTERVALS = 2
/** Less than this is unlikely to come back. */
const UNLIKELY_PERCENT = 30

type Mark = Profile['marks'][number]

const yuan = (fen: number): string => `${Math.round(fen / 100)} 元`

/** How somebody buys, in words with what they rest on; `rhythm` null: too little is known. Where the model refuses, what it
 *  would say is left out. */
export function habitsOf(facts: Facts): Pick<Profile, 'rhythm' | 'marks'> {
  const of = (path: string): number | undefined => {
    const value = facts.get(path)
    return typeof value === 'number' ? value : undefined
  }
  const every = of('orders.paid.avgIntervalDays')
  const orders90 = of('worth.orders90')
  const value90 = of('worth.value90')
  const reckoned = of('worth.daysSinceReckoned')
  const parts = [
    ...(every === undefined || every < 1 ? [] : [`约 ${Math.round(every)} 天买一次`]),
    ...(orders90 === undefined
      ? []
      : [
          `预计 90 天内买 ${orders90} 次${value90 === undefined ? '' : `、花 ${yuan(value90)}`}（${agoText(reckoned)}估的）`,
        ]),
    ...groupText(facts.get('score.name'), of),
  ]
  return {
    rhythm: parts.length === 0 ? null : parts.join('，'),
    marks: [...lateMark(of), ...unlikelyMark(of)].slice(0, 1),
  }
}

/** What rfm.yaml calls them, and how old that is. */
function groupText(name: unknown, of: (path: string) => number | undefined): string[] {
  if (typeof name !== 'string') return []
  const moved = of('score.daysSinceMoved')
  const since = moved === undefined ? '' : `，${moved === 0 ? '今天' : `${moved} 天前`}变成的`
  return [`RFM「${name}」（${agoText(of('score.daysSinceReckoned'))}算的${since}）`]
}

const agoText = (days: number | undefined): string =>
  days === undefined ? '' : days === 0 ? '今天' : days === 1 ? '昨天' : `${days} 天前`

/** Later than they ever are. */
function lateMark(of: (path: string) => number | undefined): Mark[] {
  const intervals = of('orders.paid.intervalsSinceLast')
  const every = of('orders.paid.avgIntervalDays')
  const since = of('orders.paid.daysSinceLast')
  if (intervals === undefined || every === undefined || since === undefined || intervals < LATE_INTERVALS) return []
  const facts = [
    { label: '平均几天买一次', value: `${Math.round(every)} 天` },
    { label: '距上次付款', value: `${since} 天` },
    { label: '过了几个自己的间隔', value: String(intervals) },
  ]
  const text = `平时约 ${Math.round(every)} 天买一次，已经 ${since} 天没买。`
  return [{ text: '该来没来', why: { text, rule: null, facts } }]
}

/** By what all customers taught. */
function unlikelyMark(of: (path: string) => number | undefined): Mark[] {
  const alive = of('worth.alivePercent')
  if (alive === undefined || alive >= UNLIKELY_PERCENT) return []
  const text = `按全部客户的购买习惯估，还会来买的可能是 ${alive}%（${agoText(of('worth.daysSinceReckoned'))}估的）。`
  const facts = [{ label: '还会来买的可能', value: `${alive}%` }]
  return [{ text: '可能流失', why: { text, rule: null, facts } }]
}
