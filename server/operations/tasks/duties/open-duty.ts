import { list, pick, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { Alerts } from '../../../records/alerts/alerts.ts'
import { factsOfGroup } from '../../../records/groups/facts-of-group.ts'
import type { Group } from '../../../records/groups/group-queries.ts'
import { isForGroup } from '../../../records/groups/group-steps.ts'
import type { Groups } from '../../../records/groups/groups.ts'
import type { Staff } from '../../../records/staff/staff.ts'
import type { StaffTelling } from '../../../records/staff/tell-staff.ts'
import type { DutyDeed, DutyOccasion, DutyPlan } from '../../../rules/book/duty-plan.ts'
import { holds } from '../../../rules/condition/holds.ts'
import type { Capacity } from '../capacity.ts'
import { dutyKey } from './duty-key.ts'
import { DUTY } from './duty-tables.ts'

export interface OpenDutyDeps {
  clock: Clock
  groups: { queries: Pick<Groups['queries'], 'all'>; tags: Groups['tags']; steps: Groups['steps'] }
  staff: { queries: Pick<Staff['queries'], 'leftAmong' | 'currentIdOf' | 'nameOf'> }
  staffTelling: Pick<StaffTelling, 'tell'>
  alerts: Pick<Alerts, 'raise'>
  capacity: Pick<Capacity, 'take' | 'dayTaken' | 'confirms' | 'nextDay' | 'tellOperators'>
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

/** Before the to-dos about customers, where a day has too few places: its hour does not come again. */
export const DUTY_PRIORITY = 90
const NAMED = 3

interface Asked {
  key: string
  userId: string
  groups: readonly Group[]
}

/** What is due of a plan now: to-dos for its people, merged to one for each of them however many groups there are, or tags for the
 *  groups. Once for each of its days. Nobody is asked where there is no group. Safe to repeat. */
export async function openDuty(
  tx: Tx,
  deps: OpenDutyDeps,
  plan: DutyPlan,
  due: { occasion: DutyOccasion; groups(): Promise<Group[]> },
): Promise<void> {
  const { occasion } = due
  const now = deps.clock.now()
  // As of the time that it is due at: a server that was late, over midnight perhaps, means the same groups.
  const { groups: meant } = plan
  const isMeant = (group: Group): boolean =>
    meant !== undefined &&
    isForGroup(group, plan.once, occasion.atMs) &&
    holds(meant, factsOfGroup(group, occasion.atMs))
  const groups =
    meant === undefined
      ? []
      : await whoGetsIt(tx, deps, plan, { atMs: occasion.atMs, groups: (await due.groups()).filter(isMeant) })
  if (meant !== undefined && groups.length === 0) return
  const { deed } = plan
  if (deed.kind === 'tag') {
    return deps.groups.tags.change(
      tx,
      groups.map(({ chatId }) => chatId),
      deed,
    )
  }
  const asked = await whoIsAsked(tx, deps, plan, deed, { occasion, groups })
  const known = await knownKeys(
    tx,
    asked.map(({ key }) => key),
  )
  const fresh = asked
    .filter(({ key }) => !known.has(key))
    .map((one) => ({
      ...one,
      externalUserId: one.key,
      priority: DUTY_PRIORITY,
      dueAtMs: occasion.happensAtMs + deed.withinMs,
    }))
  if (fresh.length === 0) return
  const free = await deps.capacity.take(tx, fresh)
  await tx.insertIgnore(
    DUTY,
    fresh.map((one) => ({
      duty_key: one.key,
      duty_name: plan.name,
      userid: one.userId,
      title: deed.title,
      script: occasion.script ?? null,
      group_names: namesOf(one.groups),
      group_count: one.groups.length,
      evidence: deed.evidence ?? null,
      tell: JSON.stringify(deed.tell),
      due_at: one.dueAtMs,
      state: free.has(one) ? ('open' as const) : ('held' as const),
      opened_at: now,
      wake_at: free.has(one) ? one.dueAtMs : deps.capacity.nextDay(),
      counted_on: free.has(one) ? deps.capacity.dayTaken() : null,
    })),
  )
  const full = fresh.filter((one) => !free.has(one))
  await deps.capacity.tellOperators(tx, [...new Set(full.map(({ userId }) => userId))])
  for (const { userId } of full) await tellHeld(tx, deps, { plan, deed, occasion, userId })
  await deps.notify(tx, [...new Set([...free].map(({ userId }) => userId))])
}

/** A step of a group SOP comes once to each group, and is written down as given. */
async function whoGetsIt(
  tx: Tx,
  { groups: { steps } }: OpenDutyDeps,
  { name, once }: DutyPlan,
  { atMs, groups }: { atMs: number; groups: Group[] },
): Promise<Group[]> {
  if (once === undefined || groups.length === 0) return groups
  const seen = await steps.given(tx, name, groups, once)
  const chatIds = groups.map(({ chatId }) => chatId)
  const claimed = await steps.claim(tx, { step: name, chatIds, atMs, seen })
  return groups.filter(({ chatId }) => claimed.has(chatId))
}

/** Those whom the rule names, or the owners of the groups. Somebody who has left is replaced by the first of those who would hear
 *  of it not being done; where nobody of them is there, whoever looks after the server hears of it. */
async function whoIsAsked(
  tx: Tx,
  deps: OpenDutyDeps,
  plan: DutyPlan,
  deed: DutyDeed & { kind: 'ask' },
  { occasion, groups }: { occasion: DutyOccasion; groups: readonly Group[] },
): Promise<Asked[]> {
  const { staff, alerts } = deps
  const named = []
  for (const one of occasion.who ?? []) named.push(await staff.queries.currentIdOf(tx, one))
  const whole: [string, readonly Group[]][] =
    occasion.who === undefined
      ? [...groupBy(groups, ({ owner }) => owner ?? '')]
      : [...new Set(named)].map((userId) => [userId, groups])
  const left = await staff.queries.leftAmong(
    tx,
    whole.map(([userId]) => userId),
  )
  const heir = await heirAmong(tx, staff, deed.tell)
  const asked = new Map<string, Group[]>()
  for (const [userId, own] of whole) {
    const instead = userId === '' || left.has(userId) ? heir : userId
    if (instead !== undefined) {
      asked.set(instead, [...new Set([...(asked.get(instead) ?? []), ...own])])
      continue
    }
    const who = userId === '' ? '不知道群主是谁' : `${(await staff.queries.nameOf(tx, userId)) ?? userId}已离职`
    await alerts.raise(tx, {
      key: `duty.nobody:${plan.name}:${occasion.date}:${userId}`,
      text: `「${plan.name}」${shanghaiText(occasion.happensAtMs)} 的「${deed.title}」没有人做：${own.length === 0 ? '' : `${namesOf(own)}，`}${who}`,
      todo: `在 ${plan.file} 里换人${own.length === 0 ? '' : '，或者给这些群换群主'}；写上 tell，下次就交给里面的第一位`,
      lapseAtMs: occasion.happensAtMs + deed.withinMs,
    })
  }
  return [...asked].map(([userId, own]) => ({ key: dutyKey(plan, occasion, userId), userId, groups: own }))
}

/** Who does it for somebody who has left: the first of these members who is there, by the userid of now. */
export async function heirAmong(
  tx: Tx,
  staff: OpenDutyDeps['staff'],
  userIds: readonly string[],
): Promise<string | undefined> {
  const now: string[] = []
  for (const userId of userIds) now.push(await staff.queries.currentIdOf(tx, userId))
  const left = await staff.queries.leftAmong(tx, now)
  return now.find((userId) => !left.has(userId))
}

async function tellHeld(
  tx: Tx,
  { staff, staffTelling }: OpenDutyDeps,
  {
    plan,
    deed,
    occasion,
    userId,
  }: { plan: DutyPlan; deed: DutyDeed & { kind: 'ask' }; occasion: DutyOccasion; userId: string },
): Promise<void> {
  if (deed.tell.length === 0) return
  const name = (await staff.queries.nameOf(tx, userId)) ?? userId
  await staffTelling.tell(tx, {
    key: `duty-held:${plan.name}:${occasion.date}:${userId}`.slice(0, 120),
    userIds: deed.tell,
    text: `${name}今天的待办满了，「${deed.title}」（${shanghaiText(occasion.happensAtMs).slice(5)}）排到了明早：今天请你安排人。`,
    reason: { text: `「${plan.name}」没有排进今天` },
  })
}

async function knownKeys(tx: Tx, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const rows = await tx.rows(sql`SELECT ${pick(DUTY, 'duty_key')} FROM ${DUTY} WHERE ${DUTY.duty_key} IN ${list(keys)}`)
  return new Set(rows.map((row) => row.duty_key))
}

function namesOf(groups: readonly Group[]): string {
  const names = groups.slice(0, NAMED).map(({ name }) => `「${name === '' ? '未命名的群' : name}」`)
  return `${names.join('')}${groups.length > NAMED ? `等 ${groups.length} 个群` : ''}`
}
