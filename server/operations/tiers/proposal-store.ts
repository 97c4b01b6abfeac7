import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'

/** `move`: to another level of a ladder whose moves are proposed; `hand-over`: to a guide of the level. */
export type ProposalKind = 'move' | 'hand-over'

/** `queued`: the guides of the level are full; `open`: waits for a yes; `accepted`, `declining`: said yes or no, not carried
 *  out yet; `started`:
 *  WeCom hands the customer over. The rest are ends; `declined` also keeps the same from being proposed again. */
export type ProposalState =
  | 'queued'
  | 'open'
  | 'accepted'
  | 'declining'
  | 'started'
  | 'done'
  | 'declined'
  | 'withdrawn'
  | 'failed'

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

interface StoredProposal {
  id: number
  kind: ProposalKind
  external_userid: string
  ladder: string
  from_level: string
  to_level: string
  state: ProposalState
  to_userid: string | null
  task_key: string | null
  handover_id: number | null
  version: string
  reason: string
  outcome: string | null
  proposed_at: number
}

const COLUMNS = `id, kind, external_userid, ladder, from_level, to_level, state, to_userid, task_key, handover_id, version, reason,
  outcome, proposed_at`

const toProposal = (row: StoredProposal): Proposal => ({
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

export async function proposalsWhere(tx: Tx, where: string, params: SqlValue[]): Promise<Proposal[]> {
  return (await tx.rows<StoredProposal>(`SELECT ${COLUMNS} FROM tier_proposal WHERE ${where}`, params)).map(toProposal)
}

const slotOf = (kind: ProposalKind, ladder: string, externalUserId: string): string =>
  `${kind}:${externalUserId}:${ladder}`

/** The one that stands, or was declined and would be proposed again. */
export const standing = async (
  tx: Tx,
  kind: ProposalKind,
  ladder: string,
  externalUserId: string,
): Promise<Proposal | undefined> =>
  (await proposalsWhere(tx, 'open_slot = ?', [slotOf(kind, ladder, externalUserId)]))[0]

/** By external_userid, of these customers. */
export async function standingAmong(
  tx: Tx,
  kind: ProposalKind,
  ladder: string,
  externalUserIds: string[],
): Promise<Map<string, Proposal>> {
  if (externalUserIds.length === 0) return new Map()
  const slots = externalUserIds.map((id) => slotOf(kind, ladder, id))
  const found = await proposalsWhere(tx, `open_slot IN (${slots.map(() => '?').join(', ')})`, slots)
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
  const inserted = await tx.insertIgnore('tier_proposal', [
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
  const changed = await tx.run(
    `UPDATE tier_proposal SET state = ?, outcome = ?, settled_at = ?
       ${isEnd && state !== 'declined' ? ', open_slot = NULL' : ''}
     WHERE id = ? AND state IN (${from.map(() => '?').join(', ')})`,
    [state, outcome ?? null, isEnd ? atMs : null, id, ...from],
  )
  return changed > 0
}

export const proposalQueries = {
  byId: async (tx: Tx, id: number): Promise<Proposal | undefined> => (await proposalsWhere(tx, 'id = ?', [id]))[0],
  byTaskKey: async (tx: Tx, key: string): Promise<Proposal | undefined> =>
    (await proposalsWhere(tx, 'task_key = ?', [key]))[0],
  inState: (tx: Tx, state: ProposalState, limit: number): Promise<Proposal[]> =>
    proposalsWhere(tx, 'state = ? ORDER BY id LIMIT ?', [state, limit]),
  /** Newest first, at most 50. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<Proposal[]> =>
    proposalsWhere(tx, 'external_userid = ? ORDER BY id DESC LIMIT 50', [externalUserId]),
  countQueued: async (tx: Tx, ladder: string, level: string): Promise<number> => {
    const row = await tx.row<{ total: number }>(
      `SELECT COUNT(*) AS total FROM tier_proposal
       WHERE state = 'queued' AND kind = 'hand-over' AND ladder = ? AND to_level = ?`,
      [ladder, level],
    )
    return Number(row?.total ?? 0)
  },
  /** What waits for somebody, in the order in which it was proposed. */
  pending: (tx: Tx): Promise<Proposal[]> =>
    proposalsWhere(tx, `state IN ('queued', 'open', 'accepted', 'declining', 'started') ORDER BY id`, []),
  candidates: (tx: Tx, ladder: string): Promise<Proposal[]> =>
    proposalsWhere(tx, `state IN ('open', 'accepted') AND kind = 'move' AND ladder = ? ORDER BY id`, [ladder]),
}
