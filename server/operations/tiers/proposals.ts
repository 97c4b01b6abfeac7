import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import type { Routing } from '../routing/routing.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { isBetter } from './judge.ts'
import { changeProposal, insertProposal, type Proposal, putProposal, standing } from './proposal-store.ts'
import type { CustomerTier } from './tier-store.ts'
import { TIER_PROPOSAL } from './tier-tables.ts'

export interface ProposalsDeps {
  clock: Clock
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  tasks: Pick<Tasks, 'open' | 'close'>
  routing: { queries: Pick<Routing['queries'], 'openFor' | 'invitedAmong'> }
}

const ANSWER_WITHIN_MS = 7 * DAY_MS

/** What is proposed and waits for a yes: once as long as it stands, and not again after a no until it was out of question. */
export function createProposals({ clock, customers, tasks, routing }: ProposalsDeps) {
  /** Asks the customer's guide; without a guide it is on the list only. */
  async function ask(tx: Tx, proposal: Proposal, title: string): Promise<void> {
    const { id, externalUserId, reason } = proposal
    const userId = await customers.queries.ownerOf(tx, externalUserId)
    if (userId === undefined) return
    const key = `tier:${id}:${proposal.toUserId ?? ''}`
    const task = {
      externalUserId,
      userId,
      kind: proposal.kind === 'move' ? 'tier-move' : 'tier-hand-over',
      title,
      detail: { proposal: id, ladder: proposal.ladder, to: proposal.to },
      dueAtMs: clock.now() + ANSWER_WITHIN_MS,
      reason,
    }
    // The first one may have made way for an invitation that came to nothing.
    const again = `${key}:${clock.now()}`
    const isFirst = await tasks.open(tx, { ...task, key })
    if (!isFirst) await tasks.open(tx, { ...task, key: again })
    await putProposal(tx, id, { task_key: isFirst ? key : again })
  }

  async function closeTask(tx: Tx, { taskKey }: Proposal, outcome: 'done' | 'dropped', note: string): Promise<void> {
    if (taskKey !== undefined) await tasks.close(tx, { key: taskKey, outcome, note })
  }

  /** The customer is being asked into the group that the level invites into: joining it is the yes, and the guide has a to-do
   *  of that. One of ours would ask for the same. */
  async function isAskedAlready(tx: Tx, externalUserId: string, { value }: Level): Promise<boolean> {
    if (value.invite === undefined) return false
    return (await routing.queries.openFor(tx, value.invite, externalUserId))?.state === 'open'
  }

  async function makeWay(tx: Tx, proposal: Proposal, pool: string): Promise<void> {
    await closeTask(tx, proposal, 'dropped', `已经在邀请进「${pool}」，进了群就算`)
    await putProposal(tx, proposal.id, { task_key: null })
  }

  async function withdraw(tx: Tx, proposal: Proposal, why: string): Promise<void> {
    if (proposal.state === 'declined') {
      await tx.run(
        sql`UPDATE ${TIER_PROPOSAL} SET ${set(TIER_PROPOSAL, { open_slot: null })}
            WHERE ${TIER_PROPOSAL.id} = ${proposal.id} AND ${TIER_PROPOSAL.state} = 'declined'`,
      )
      return
    }
    const end = { state: 'withdrawn', outcome: why, atMs: clock.now() } as const
    if (await changeProposal(tx, proposal.id, ['queued', 'open', 'accepted', 'declining'], end)) {
      await closeTask(tx, proposal, 'dropped', why)
    }
  }

  return {
    ask,
    closeTask,
    /** Ends one that stands, and lets a declined one be proposed again. */
    withdraw,

    /** Proposes a move to the guide; another one that stands is taken back. Of one that stands with the same end the to-do
     *  makes way for an invitation into the same group, and comes again when nothing came of that. */
    proposeMove: async (tx: Tx, ladder: Ladder, tier: CustomerTier, to: Level, reason: Reason): Promise<void> => {
      const { externalUserId, level: from } = tier
      const before = await standing(tx, 'move', ladder.name, externalUserId)
      const verb = isBetter(ladder, to.name, from) ? '可以升到' : '建议降到'
      const invite = to.value.invite === undefined ? '' : `，确认后邀请进「${to.value.invite}」`
      const title = `「${ladder.name}」${verb} ${to.name}${invite}`
      if (before?.from === from && before.to === to.name) {
        if (to.value.invite === undefined || before.state !== 'open') return
        const isAsked = await isAskedAlready(tx, externalUserId, to)
        if (isAsked && before.taskKey !== undefined) await makeWay(tx, before, to.value.invite)
        if (!isAsked && before.taskKey === undefined) await ask(tx, before, title)
        return
      }
      if (before !== undefined) await withdraw(tx, before, '情况变了')
      const proposal = await insertProposal(tx, {
        kind: 'move',
        externalUserId,
        ladder: ladder.name,
        from,
        to: to.name,
        state: 'open',
        version: ladder.version,
        reason,
        atMs: clock.now(),
      })
      if (proposal !== undefined && !(await isAskedAlready(tx, externalUserId, to))) await ask(tx, proposal, title)
    },

    /** Of the customers of these proposals those whose to-do should make way, or come. */
    misasked: async (tx: Tx, ladder: Ladder, stands: ReadonlyMap<string, Proposal>): Promise<Set<string>> => {
      const poolOf = new Map(ladder.levels.map(({ name, value }) => [name, value.invite]))
      const open = [...stands.values()].filter(({ state }) => state === 'open')
      const invited = await routing.queries.invitedAmong(
        tx,
        open.flatMap(({ externalUserId, to }) => {
          const pool = poolOf.get(to)
          return pool === undefined ? [] : [{ externalUserId, pool }]
        }),
      )
      const isWrong = ({ externalUserId, to, taskKey }: Proposal): boolean =>
        poolOf.get(to) !== undefined && invited.has(externalUserId) === (taskKey !== undefined)
      return new Set(open.filter(isWrong).map(({ externalUserId }) => externalUserId))
    },

    /** The customer is where they belong, so nothing is proposed any more. */
    settled: async (tx: Tx, ladder: string, externalUserId: string, why = '已经不符合'): Promise<void> => {
      const before = await standing(tx, 'move', ladder, externalUserId)
      if (before !== undefined) await withdraw(tx, before, why)
    },

    /** False when it no longer waits for a no. */
    decline: async (tx: Tx, proposal: Proposal): Promise<boolean> => {
      const end = { state: 'declined', outcome: '没有同意', atMs: clock.now() } as const
      const declined = await changeProposal(tx, proposal.id, ['queued', 'open', 'declining'], end)
      if (declined) await closeTask(tx, proposal, 'dropped', '没有同意')
      return declined
    },

    /** Said yes; it is carried out by whoever runs the server. False when it no longer waits for a yes. */
    accept: (tx: Tx, id: number): Promise<boolean> =>
      changeProposal(tx, id, ['open'], { state: 'accepted', atMs: clock.now() }),
  }
}
export type Proposals = ReturnType<typeof createProposals>
