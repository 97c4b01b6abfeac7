import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { factsOfGroup } from '../../records/groups/facts-of-group.ts'
import type { Group } from '../../records/groups/group-queries.ts'
import { type GroupSteps, isForGroup } from '../../records/groups/group-steps.ts'
import type { TouchReading } from '../../records/touches/touches.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import { holds } from '../../rules/condition/holds.ts'
import type { AskedAudience } from './asked-audience.ts'
import type { Ceiling } from './ceiling-of.ts'
import type { AudiencePage } from './choice.ts'
import { chooseGroups } from './choose-groups.ts'
import { readLedger } from './contact-ceiling.ts'
import { deferredAmong } from './deferred-of.ts'
import { keptForAnother } from './kept-for-another.ts'
import { monthlyLimit, receivedThisMonth } from './monthly-limit.ts'
import { notOpened, type RivalTime, readRivals, rivalTimes } from './read-rivals.ts'
import { stepsHad } from './steps-had.ts'

/** What the audience needs from those who know the groups. */
export interface GroupAudienceDeps {
  page(tx: ReadTx, page: { after: string; limit: number }): Promise<Group[]>
  /** Which of them have had which step of a group SOP. */
  steps: GroupSteps
  /** Which of these members have left. */
  leftAmong(tx: ReadTx, userIds: readonly string[]): Promise<ReadonlySet<string>>
  ceiling: () => Ceiling
  touches: TouchReading
  /** The corp's own limit per group and month; undefined: the platform's, the days of the month. */
  perMonth: number | undefined
}

/** Groups per transaction. */
const PAGE = 500

/** Those of these sends of group SOPs that are for any group at their time. Reads all groups once, whatever many sends it is asked of,
 *  and stops when it knows. */
export async function forAnyGroup<Due extends { send: Send; scheduledAtMs: number }>(
  tx: ReadTx,
  { page, steps }: Pick<GroupAudienceDeps, 'page' | 'steps'>,
  asked: readonly Due[],
): Promise<ReadonlySet<Due>> {
  const found = new Set<Due>()
  for (let after = ''; found.size < asked.length; ) {
    const groups = await page(tx, { after, limit: PAGE })
    for (const due of asked) {
      if (found.has(due)) continue
      const { send, scheduledAtMs } = due
      const once = send.occasions?.once
      const meant = meantAmong(groups, { audience: send.audience, once }, scheduledAtMs)
      const had = (await stepsHad(tx, steps, { name: send.name, once }, meant)).filter(({ isOver }) => !isOver)
      if (had.length < meant.length) found.add(due)
    }
    const last = groups.at(-1)?.chatId
    if (last === undefined || groups.length < PAGE) break
    after = last
  }
  return found
}

const meantAmong = (
  groups: readonly Group[],
  { audience, once }: Pick<AskedAudience, 'audience' | 'once'>,
  atMs: number,
): Group[] => groups.filter((group) => isForGroup(group, once, atMs) && holds(audience, factsOfGroup(group, atMs)))

/** For whom of these a send is at its own time: a group grows older until then. */
function wantedAmong(groups: readonly Group[]) {
  const known = new Map<number, [string, Facts][]>()
  return async ({ send, atMs }: RivalTime): Promise<ReadonlySet<string>> => {
    const then = known.get(atMs) ?? groups.map((group) => [group.chatId, factsOfGroup(group, atMs)])
    known.set(atMs, then)
    return new Set(then.flatMap(([chatId, facts]) => (holds(send.audience, facts) ? [chatId] : [])))
  }
}

/** The next page of the groups of a send, by chat_id, with what is to happen to each. Reads only. */
export async function readGroupPage(
  tx: Tx,
  deps: GroupAudienceDeps & { sends(): Iterable<Send> },
  send: Pick<AskedAudience, 'name' | 'audience' | 'priority' | 'laterOf' | 'asOfMs' | 'once'>,
  nowMs: number,
  after: string,
): Promise<AudiencePage> {
  const { laterOf, asOfMs = nowMs } = send
  const groups = await deps.page(tx, { after, limit: PAGE })
  const meant = meantAmong(groups, send, asOfMs)
  const deferred =
    laterOf === undefined
      ? undefined
      : await deferredAmong(
          tx,
          { runId: laterOf, chatType: 'group' },
          meant.map(({ chatId }) => chatId),
        )
  const wanted = meant.filter(({ chatId }) => deferred?.has(chatId) !== false)
  const ids = wanted.map(({ chatId }) => chatId)
  const owners = [...new Set(wanted.flatMap(({ owner }) => owner ?? []))]
  const ceiling = deps.ceiling()
  const times = rivalTimes(deps.sends(), { chatType: 'group', priority: send.priority, ceiling, nowMs })
  const ledger = readLedger(tx, deps, { among: ids, nowMs, chatType: 'group' })
  const rivals =
    ceiling === undefined || ids.length === 0
      ? []
      : await readRivals(await notOpened(tx, times), { ceiling, ledger, wantedBy: wantedAmong(wanted) })
  const steps = await stepsHad(tx, deps.steps, send, wanted)
  const choices = chooseGroups(wanted, {
    hadStep: new Map(steps.flatMap((one) => (one.isOver ? [] : [[one.chatId, one.givenAtMs]]))),
    received: await receivedThisMonth(tx, 'group', ids, nowMs),
    perGroup: monthlyLimit(nowMs, deps.perMonth),
    contacts: await ledger.contacts(),
    left: await deps.leftAmong(tx, owners),
    keptFor: (id) => (ceiling === undefined ? undefined : keptForAnother(rivals, { ceiling, nowMs }, id)),
  })
  return { choices, last: groups.at(-1)?.chatId, steps }
}
