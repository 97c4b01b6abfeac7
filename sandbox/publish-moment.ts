import { shanghaiParts } from '../server/core/kernel/shanghai.ts'
import type { Desk } from './desk.ts'
import type { Moment } from './moments.ts'

/** A customer sees this many company moments a month. API.md §16. */
const MOST_A_MONTH = 4

/** A member of a new company moment may publish it of their own accord, as the mood of the day has it. */
export function drawPublication({ world, moods, random, clock }: Desk, moment: Moment, userId: string): void {
  if (moods.publishShare === 0 || random.next() >= moods.publishShare) return
  world.moments.toCome.push({ moment, userId, atMs: clock.now() + moods.publishAfterMs * (0.5 + random.next()) })
}

/** Those who publish by themselves have done so by now; what was cancelled before, or is published, stays as it is. */
export function publishDue(desk: Desk): void {
  const { moments } = desk.world
  const nowMs = desk.clock.now()
  const due = moments.toCome.filter(({ atMs }) => atMs <= nowMs)
  if (due.length === 0) return
  moments.toCome = moments.toCome.filter(({ atMs }) => atMs > nowMs)
  for (const { moment, userId } of due) {
    if (moment.cancelled || moment.tasks.get(userId)?.publishedAtMs !== undefined) continue
    publishMoment(desk, moment, userId)
  }
}

/** The member's customers see it from now on: those with one of its tags, of company moments so many a month. */
export function publishMoment(desk: Desk, moment: Moment, userId: string): { visible: number; shown: number } {
  const { world, clock } = desk
  const follows = [...(world.followsByUser.get(userId)?.values() ?? [])]
  const isAsked = (tags: ReadonlySet<string>): boolean =>
    moment.tagIds.length === 0 || moment.tagIds.some((id) => tags.has(id))
  const visibleTo = follows
    .filter((follow) => !follow.deletedByCustomer && isAsked(follow.tagIds))
    .map((follow) => follow.externalUserId)
  const shownTo = moment.createType === 1 ? visibleTo : visibleTo.filter((id) => maySee(desk, id))
  moment.tasks.set(userId, { userId, publishedAtMs: clock.now(), visibleTo, shownTo })
  desk.changed()
  return { visible: visibleTo.length, shown: shownTo.length }
}

function maySee({ world, clock }: Desk, externalUserId: string): boolean {
  const { year, month } = shanghaiParts(clock.now())
  const monthKey = `${year}-${month}`
  const held = world.moments.seen.get(externalUserId)
  const count = held?.month === monthKey ? held.count : 0
  if (count >= MOST_A_MONTH) return false
  world.moments.seen.set(externalUserId, { month: monthKey, count: count + 1 })
  return true
}
