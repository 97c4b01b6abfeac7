import Type, { type Static } from 'typebox'
import { all, lock, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { checkedBody } from '../../engine/http/checked-body.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { GivenCustomer, givenNames, type KnownNames, matchGiven } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import { ComplaintMade } from './complaint-events.ts'
import { COMPLAINT } from './complaint-tables.ts'

export interface RecordComplaintDeps {
  clock: Clock
  emit: Emit
  customers: KnownNames
  phoneHash: PhoneHash
}

/** Body of POST /api/complaints. */
const ComplaintBody = Type.Object({
  complaintId: Type.String({ minLength: 1, maxLength: 100 }),
  customer: GivenCustomer,
  about: Type.String({ minLength: 1, maxLength: 2_000 }),
})
type ComplaintBody = Static<typeof ComplaintBody>

/** Throws complaints.invalid (400) naming fields, never their values. */
export const parseComplaint = (value: unknown): ComplaintBody =>
  checkedBody(ComplaintBody, value, { what: 'complaints', zh: '投诉' })

const held = (tx: Tx, where: Sql) => tx.row(sql`SELECT ${all(COMPLAINT)} FROM ${COMPLAINT} WHERE ${where} ${lock()}`)

/** Stores one complaint; the same complaint twice changes nothing. */
export async function recordComplaint(
  tx: Tx,
  { complaintId, customer, about }: ComplaintBody,
  deps: RecordComplaintDeps,
) {
  const names = givenNames(customer, deps.phoneHash)
  const row = { complaint_id: complaintId, about, ...names, received_at: deps.clock.now() }
  const stored = await tx.insertIgnore(COMPLAINT, [row])
  const known = await held(tx, sql`${COMPLAINT.complaint_id} = ${complaintId}`)
  const matched = known !== undefined && (await settleComplaint(tx, known.id, deps))
  return { result: stored > 0 ? 'stored' : 'unchanged', matched }
}

/** Gives the complaint to its customer, if they are known, and tells of it, once. Safe to repeat. */
export async function settleComplaint(
  tx: Tx,
  id: number,
  { customers, emit }: Pick<RecordComplaintDeps, 'customers' | 'emit'>,
): Promise<boolean> {
  const row = await held(tx, sql`${COMPLAINT.id} = ${id}`)
  if (row === undefined) return false
  const externalUserId = row.external_userid ?? (await matchGiven(tx, customers, row))?.externalUserId
  if (externalUserId === undefined) return false
  if (row.announced === 1) return true
  const changes = set(COMPLAINT, { external_userid: externalUserId, announced: 1 })
  await tx.run(sql`UPDATE ${COMPLAINT} SET ${changes} WHERE ${COMPLAINT.id} = ${id}`)
  const { complaint_id: complaintId, about, received_at: atMs } = row
  await emit(tx, ComplaintMade, { key: complaintId, atMs, payload: { externalUserId, complaintId, about, atMs } })
  return true
}
