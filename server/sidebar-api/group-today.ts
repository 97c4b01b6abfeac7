import { DAY_MS, startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import type { GroupOccasion } from '../operations/mass-send/group-occasions.ts'
import { CATCH_UP_MS } from '../operations/mass-send/schedule.ts'
import { outcomeText, RUN_STATE_ZH } from '../operations/mass-send/send-states.ts'
import { factsOfGroup } from '../records/groups/facts-of-group.ts'
import type { Group } from '../records/groups/group-queries.ts'
import type { Send } from '../rules/book/rule-book.ts'
import type { Occasion } from '../rules/calendar/occasions.ts'
import { holds } from '../rules/condition/holds.ts'
import type { GroupToday } from './contract.ts'

export type Planned = Occasion & { name: string }

/** What calendars bring into this group on the Shanghai day of `nowMs`, first things first. Pure. */
export function plannedToday(sends: Iterable<Send>, group: Group, nowMs: number): Planned[] {
  const [startMs, endMs] = [startOfShanghaiDay(nowMs), startOfShanghaiDay(nowMs) + DAY_MS]
  const planned: Planned[] = []
  for (const { name, value, audience, occasions } of sends) {
    if (occasions === undefined || value.enabled === false) continue
    let next = occasions.nextAfter(startMs - 1)
    for (; next !== undefined && next.atMs < endMs; next = occasions.nextAfter(next.atMs)) {
      // Whether the group is old enough is asked at that time.
      if (holds(audience, factsOfGroup(group, next.atMs))) planned.push({ ...next, name })
    }
  }
  return planned.sort((a, b) => a.atMs - b.atMs)
}

/** With what became of each. Pure. */
export function groupToday(
  planned: readonly Planned[],
  became: readonly GroupOccasion[],
  { nowMs, isOwner }: { nowMs: number; isOwner: boolean },
): GroupToday[] {
  return planned.map(({ name, date, atMs, content }) => {
    const run = became.find((one) => one.name === name && one.occasion === date)
    return {
      name,
      atMs,
      text: content.text ?? '',
      attachments: content.attachments?.length ?? 0,
      ...stateOf(run, nowMs - atMs, isOwner),
    }
  })
}

type State = Pick<GroupToday, 'state' | 'stateText'>

/** `sinceMs`: after its time; before it: negative. */
function stateOf(run: GroupOccasion | undefined, sinceMs: number, isOwner: boolean): State {
  const PREPARING: State = { state: 'coming', stateText: '正要准备' }
  if (run === undefined) {
    if (sinceMs < 0) return { state: 'coming', stateText: `到时候由${isOwner ? '你' : '群主'}在企业微信里确认发出` }
    // The server was down for too long, or the calendar was written after its time: nothing catches it up.
    return sinceMs > CATCH_UP_MS ? not('到点时没有安排上') : PREPARING
  }
  const { outcome, reason, state } = run
  if (state === 'collecting' || state === 'planning') {
    if (outcome === null || outcome === 'planned') return PREPARING
  }
  if (outcome === 'sent') return { state: 'sent', stateText: '已发到群里' }
  if (outcome === 'planned') {
    return {
      state: 'waiting',
      stateText: state === 'running' ? `等${isOwner ? '你' : '群主'}在企业微信里确认` : RUN_STATE_ZH[state],
    }
  }
  if (outcome !== null) return not(reason ?? outcomeText(outcome, 'group'))
  // Whoever is not chosen by then will not be.
  return not(state === 'missed' || state === 'cancelled' ? RUN_STATE_ZH[state] : '当时不在范围里')
}

const not = (why: string): State => ({ state: 'not', stateText: `没有发：${why}` })
