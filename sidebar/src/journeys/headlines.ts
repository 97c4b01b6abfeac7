import type { JourneyWhy } from '../../../server/sidebar-api/contract.ts'
import { at, comes } from '../text/when.ts'

export interface Headline {
  label: string
  text: string
}

/** What goes on in a journey, or how it ended, in a line or two. */
export function headlinesOf(journey: JourneyWhy, nowMs: number): Headline[] {
  const { state, isWatched, now, next, nextAtMs, endedAtMs, endReason } = journey
  const when = nextAtMs === null ? '' : comes(nextAtMs, nowMs)
  if (state !== 'active') {
    const how = endReason ?? '没有留下原因'
    return [{ label: '结果', text: endedAtMs === null ? how : `${how}，${at(endedAtMs, nowMs)}` }]
  }
  if (isWatched) {
    return [{ label: '现在', text: `在对照组，不发消息也不派待办${when === '' ? '' : `，到 ${when} 为止`}` }]
  }
  if (next === null) return now === null ? [] : [{ label: '接下来', text: when === '' ? now : `${now}，${when}` }]
  return [
    ...(now === null ? [] : [{ label: '现在', text: when === '' ? now : `${now}（${when}）` }]),
    { label: '接下来', text: next },
  ]
}
