import type { RowOf } from '../../core/db/define-table.ts'
import { all, count, list, type Sql, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { ProposalKind, ProposalState } from './tier-states.ts'
import { TIER_PROPOSAL } from './tier-tables.ts'

export interface Proposal {
  id: number
  kind: ProposalKind
  externalUserId: string
  ladder: string
  from: string
  to: string
  state: ProposalState
  /** Who shall take the customer. */
  toUserId: string | undefined
  taskKey: string | undefined
  handoverId: number | undefined
  version: string
  reason: Reason
  /** How it ended, or why it could not be carried out; one Chinese line. */
  outcome: string | undefined
  proposedAtMs: number
}

type ProposalRow = RowOf<typeof TIER_PROPOSAL>

const toProposal = (row: ProposalRow): Proposal => ({
  id: row.id,
  kind: row.kind,
  externalUserId: row.external_userid,
  ladder: row.ladder,
  from: row.from_level,
  to: row.to_level,
  state: row.state,
  toUserId: row.to_userid ?? undefined,
  taskKey: row.task_key ?? undefined,
  handoverId: row.handover_id ?? undefined,
  version: row.version,
  reason: JSON.parse(row.reason) as Reason,
  outcome: row.outcome ?? undefined,
  proposedAtMs: row.proposed_at,
})

/** `where`: with its ORDER BY and LIMIT. */
export async function proposalsWhere(tx: Tx, where: Sql): Promise<Proposal[]> {
  return (await tx.rows(sql`SELECT ${all(TIER_PROPOSAL)} FROM ${TIER_PROPOSAL} WHERE ${where}`)).map(toProposal)
}

/** Writes what is new about a proposal, whatever its state. */
export async function putProposal(tx: Tx, id: number, changes: Partial<ProposalRow>): Promise<void> {
  await tx.run(sql`UPDATE ${TIER_PROPOSAL} SET ${set(TIER_PROPOSAL, changes)} WHERE ${TIER_PROPOSAL.id} = ${id}`)
}

/** Waits for a place at a guide of the level. */
export const isQueuedFor = (ladder: string, level: string): Sql =>
  sql`${TIER_PROPOSAL.state} = 'queued' AND ${TIER_PROPOSAL.kind} = 'hand-over' AND ${TIER_PROPOSAL.ladder} = ${ladder}
      AND ${TIER_PROPOSAL.to_level} = ${level}`

/** While it stands, or is declined, it fills this slot; the database allows each slot once. */
export const slotOf = (kind: ProposalKind, ladder: string, externalUserId: string): string =>
  `${kind}:${externalUserId}:${ladder}`

/** The one that stands, or was declined and would be proposed again. */
export const standing = async (
  tx: Tx,
  kind: ProposalKind,
  ladder: string,
  externalUserId: string,
): Promise<Proposal | undefined> =>
  (await proposalsWhere(tx, sql`${TIER_PROPOSAL.open_slot} = ${slotOf(kind, ladder, externalUserId)}`))[0]

/** The same on each of these ladders, by the ladder's name. */
export async function standings(
  tx: Tx,
  kind: ProposalKind,
  ladders: readonly string[],
  externalUserId: string,
): Promise<Map<string, Proposal>> {
  if (ladders.length === 0) return new Map()
  const slots = ladders.map((ladder) => slotOf(kind, ladder, externalUserId))
  const found = await proposalsWhere(tx, sql`${TIER_PROPOSAL.open_slot} IN ${list(slots)}`)
  return new Map(found.map((one) => [one.ladder, one]))
}

/** By external_userid, of these customers. */
export async function standingAmong(
  tx: Tx,
  kind: ProposalKind,
  ladder: string,
  externalUserIds: string[],
): Promise<Map<string, Proposal>> {
  if (externalUserIds.length === 0) return new Map()
  const slots = externalUserIds.map((id) => slotOf(kind, ladder, id))
  const found = await proposalsWhere(tx, sql`${TIER_PROPOSAL.open_slot} IN ${list(slots)}`)
  return new Map(found.map((one) => [one.externalUserId, one]))
}

export interface NewProposal
  extends Pick<Proposal, 'kind' | 'externalUserId' | 'ladder' | 'from' | 'to' | 'version' | 'reason'> {
  state: 'open' | 'queued'
  atMs: number
}

/** Undefined when one stands already. */
export async function insertProposal(tx: Tx, wanted: NewProposal): Promise<Proposal | undefined> {
  const { kind, externalUserId, ladder } = wanted
  const inserted = await tx.insertIgnore(TIER_PROPOSAL, [
    {
      kind,
      external_userid: externalUserId,
      ladder,
      from_level: wanted.from,
      to_level: wanted.to,
      state: wanted.state,
      open_slot: slotOf(kind, ladder, externalUserId),
      version: wanted.version,
      reason: JSON.stringify(wanted.reason),
      proposed_at: wanted.atMs,
    },
  ])
  return inserted === 0 ? undefined : standing(tx, kind, ladder, externalUserId)
}

export interface ProposalChange {
  state: ProposalState
  outcome?: string | undefined
  atMs: number
}

const ENDS: readonly ProposalState[] = ['done', 'declined', 'withdrawn', 'failed']

/** True when it was in one of the states `from`. What has ended frees its slot, but for a declined one. */
export async function changeProposal(
  tx: Tx,
  id: number,
  from: readonly ProposalState[],
  { state, outcome, atMs }: ProposalChange,
): Promise<boolean> {
  const isEnd = ENDS.includes(state)
  const changes = set(TIER_PROPOSAL, {
    state,
    outcome: outcome ?? null,
    settled_at: isEnd ? atMs : null,
    ...(isEnd && state !== 'declined' ? { open_slot: null } : {}),
  })
  const changed = await tx.run(
    sql`UPDATE ${TIER_PROPOSAL} SET ${changes} WHERE ${TIER_PROPOSAL.id} = ${id} AND ${TIER_PROPOSAL.state} IN ${list(from)}`,
  )
  return changed > 0
}

/** Those of these customers whose hand-over was proposed since they are where they are. */
export async function handOversSince(
  tx: Tx,
  ladder: string,
  tiers: ReadonlyMap<string, { sinceMs: number }>,
): Promise<Set<string>> {
  if (tiers.size === 0) return new Set()
  const t = TIER_PROPOSAL
  const rows = await tx.rows(
    sql`SELECT ${select({ externalUserId: t.external_userid, atMs: t.proposed_at })} FROM ${t}
        WHERE ${t.kind} = 'hand-over' AND ${t.ladder} = ${ladder} AND ${t.external_userid} IN ${list([...tiers.keys()])}`,
  )
  return new Set(
    rows.flatMap(({ externalUserId, atMs }) =>
      atMs >= (tiers.get(externalUserId)?.sinceMs ?? 0) ? [externalUserId] : [],
    ),
  )
}

export const proposalQueries = {
  byId: async (tx: Tx, id: number): Promise<Proposal | undefined> =>
    (await proposalsWhere(tx, sql`${TIER_PROPOSAL.id} = ${id}`))[0],
  byTaskKey: async (tx: Tx, key: string): Promise<Proposal | undefined> =>
    (await proposalsWhere(tx, sql`${TIER_PROPOSAL.task_key} = ${key}`))[0],
  inState: (tx: Tx, state: ProposalState, limit: number): Promise<Proposal[]> =>
    proposalsWhere(tx, sql`${TIER_PROPOSAL.state} = ${state} ORDER BY ${TIER_PROPOSAL.id} LIMIT ${limit}`),
  /** Newest first, at most 50. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<Proposal[]> =>
    proposalsWhere(
      tx,
      sql`${TIER_PROPOSAL.external_userid} = ${externalUserId} ORDER BY ${TIER_PROPOSAL.id} DESC LIMIT 50`,
    ),
  countQueued: async (tx: Tx, ladder: string, level: string): Promise<number> => {
    const row = await tx.row(
      sql`SELECT ${select({ total: count() })} FROM ${TIER_PROPOSAL} WHERE ${isQueuedFor(ladder, level)}`,
    )
    return row?.total ?? 0
  },
  /** What waits for somebody, in the order in which it was proposed. */
  pending: (tx: Tx): Promise<Proposal[]> =>
    proposalsWhere(
      tx,
      sql`${TIER_PROPOSAL.state} IN ('queued', 'open', 'accepted', 'declining', 'started') ORDER BY ${TIER_PROPOSAL.id}`,
    ),
  candidates: (tx: Tx, ladder: string): Promise<Proposal[]> =>
    proposalsWhere(
      tx,
      sql`${TIER_PROPOSAL.state} IN ('open', 'accepted') AND ${TIER_PROPOSAL.kind} = 'move'
          AND ${TIER_PROPOSAL.ladder} = ${ladder} ORDER BY ${TIER_PROPOSAL.id}`,
    ),
}
