import type { Tx } from '../../core/db/tx.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { type ActorKind, AUDIT_NOTE } from './audit-tables.ts'

export interface AuditNote {
  /** UTC milliseconds. */
  atMs: number
  /** A userid, or the operator of a command. */
  actor: string
  actorKind: ActorKind
  /** An address, or a host. */
  origin: string
  /** `sidebar.remark`, `command.handover.start`. */
  what: string
  /** external_userid. */
  customer?: string | undefined
  /** What was there, what is there now, and in whose place; short. Phones are masked here. */
  detail?: Record<string, unknown>
  /** ≤64 characters: what makes it the same note, which is kept once. */
  once?: string
}

/** Longer ones are cut: the audit says that something was changed and how, it is no second copy. */
const MOST_CHARS = 120

const short = (value: unknown): unknown => {
  if (typeof value === 'string') {
    const text = maskPhones(value)
    return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text
  }
  if (Array.isArray(value)) return value.slice(0, 50).map(short)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, short(inner)]))
}

/** Writes notes, in the transaction of what they tell. Needs no key, so that commands can do it. */
export async function noteAudit(tx: Tx, notes: readonly AuditNote[]): Promise<void> {
  if (notes.length === 0) return
  await tx.insertIgnore(
    AUDIT_NOTE,
    notes.map(({ atMs, actor, actorKind, origin, what, customer, detail = {}, once }) => ({
      at: atMs,
      actor: actor.slice(0, 100),
      actor_kind: actorKind,
      origin: origin.slice(0, 100),
      what: what.slice(0, 60),
      customer: customer ?? null,
      body: JSON.stringify(short(detail)),
      once: once ?? null,
    })),
  )
}
