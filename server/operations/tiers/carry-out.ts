import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Handover } from '../handover/handover.ts'
import { requestForOne } from '../handover/handover-request.ts'
import type { Evaluate } from './evaluate.ts'
import type { GuidePlaces } from './guide-places.ts'
import { levelOf } from './judge.ts'
import type { Moves } from './moves.ts'
import { changeProposal, type Proposal, proposalQueries } from './proposal-store.ts'
import type { Proposals } from './proposals.ts'
import { TIER_PROPOSAL } from './tier-tables.ts'

export interface CarryOutDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  handover: Pick<Handover, 'start'> & { queries: Pick<Handover['queries'], 'openOf' | 'customersOf'> }
  moves: Pick<Moves, 'move'>
  evaluate: Pick<Evaluate, 'hold'>
  proposals: Proposals
  guidePlaces: Pick<GuidePlaces, 'vacate'>
}

/** Does what was said yes to. */
export function createCarryOut(deps: CarryOutDeps) {
  const { clock, rules, customers, handover, moves, evaluate, proposals, guidePlaces } = deps

  async function end(tx: Tx, proposal: Proposal, state: 'done' | 'withdrawn', outcome: string): Promise<void> {
    await changeProposal(tx, proposal.id, ['accepted'], { state, outcome, atMs: clock.now() })
    await proposals.closeTask(tx, proposal, state === 'done' ? 'done' : 'dropped', outcome)
  }

  async function move(tx: Tx, proposal: Proposal): Promise<void> {
    const { externalUserId, reason } = proposal
    const ladder = rules.current().ladders.get(proposal.ladder)
    const to = ladder === undefined ? undefined : levelOf(ladder, proposal.to)
    if (ladder === undefined || to === undefined) return end(tx, proposal, 'withdrawn', '规则里已经没有这一级')
    const tier = await evaluate.hold(tx, ladder, externalUserId, { text: '' })
    if (tier.level !== proposal.from) return end(tx, proposal, 'withdrawn', '等级已经变了')
    await end(tx, proposal, 'done', '已确认')
    const confirmed = { ...reason, text: `${reason.text}（已确认）` }
    await moves.move(tx, ladder, { externalUserId, from: tier.level, to, by: 'hand', reason: confirmed })
  }

  async function handOver(tx: Tx, proposal: Proposal): Promise<void> {
    const { id, externalUserId, toUserId } = proposal
    const owner = await customers.queries.ownerOf(tx, externalUserId)
    if (owner === undefined || toUserId === undefined) return end(tx, proposal, 'withdrawn', '客户现在没有导购')
    const started = await handover.start(tx, requestForOne(owner, toUserId, externalUserId))
    if ('handoverId' in started) {
      const changes = set(TIER_PROPOSAL, { state: 'started', handover_id: started.handoverId })
      await tx.run(
        sql`UPDATE ${TIER_PROPOSAL} SET ${changes}
            WHERE ${TIER_PROPOSAL.id} = ${id} AND ${TIER_PROPOSAL.state} = 'accepted'`,
      )
      return proposals.closeTask(tx, proposal, 'done', `已发起转接 #${started.handoverId}`)
    }
    // It stands, with the reason on the list, until somebody declines it or it works.
    const outcome = 'fault' in started ? started.fault : started.nothing.customers.blocked[0]?.why
    const back = { state: 'open', outcome: outcome ?? '现在不能转接', atMs: clock.now() } as const
    await changeProposal(tx, id, ['accepted'], back)
  }

  async function one(tx: Tx, proposal: Proposal): Promise<void> {
    if (proposal.kind === 'move') await move(tx, proposal)
    else await handOver(tx, proposal)
  }

  /** No to one that waits; a place that was kept for it is free. False when it did not wait any more. */
  async function decline(tx: Tx, proposal: Proposal): Promise<boolean> {
    if (!(await proposals.decline(tx, proposal))) return false
    if (proposal.kind === 'hand-over') await guidePlaces.vacate(tx, proposal.ladder, proposal.externalUserId)
    return true
  }

  return {
    /** Yes to one that waits, and does it at once; false when it did not wait any more. */
    now: async (tx: Tx, proposal: Proposal): Promise<boolean> => {
      if (!(await proposals.accept(tx, proposal.id))) return false
      await one(tx, { ...proposal, state: 'accepted' })
      return true
    },

    decline,

    /** Those to which a command said yes or no; true when there may be more. */
    answered: async (tx: Tx, limit: number): Promise<boolean> => {
      const yes = await proposalQueries.inState(tx, 'accepted', limit)
      for (const proposal of yes) await one(tx, proposal)
      const no = await proposalQueries.inState(tx, 'declining', limit)
      for (const proposal of no) await decline(tx, proposal)
      return Math.max(yes.length, no.length) === limit
    },

    /** Hand-overs that ended without the customer moving free the place. */
    failed: async (tx: Tx, limit: number): Promise<void> => {
      for (const proposal of await proposalQueries.inState(tx, 'started', limit)) {
        const { id, externalUserId, handoverId, ladder, toUserId } = proposal
        if ((await handover.queries.openOf(tx, externalUserId)) !== undefined) continue
        if ((await customers.queries.ownerOf(tx, externalUserId)) === toUserId) continue
        const rows = handoverId === undefined ? [] : await handover.queries.customersOf(tx, handoverId)
        // Moved in WeCom; its event is on the way.
        if (rows.some((row) => row.state === 'done')) continue
        const outcome = rows[0]?.reason ?? '转接没有成功'
        if (await changeProposal(tx, id, ['started'], { state: 'failed', outcome, atMs: clock.now() })) {
          await guidePlaces.vacate(tx, ladder, externalUserId)
        }
      }
    },
  }
}
export type CarryOut = ReturnType<typeof createCarryOut>
