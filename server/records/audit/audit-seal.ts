import { createHmac } from 'node:crypto'
import type { RowOf } from '../../core/db/define-table.ts'
import type { AUDIT_DETAIL, AUDIT_ENTRY, AUDIT_MARK } from './audit-tables.ts'

type Entry = RowOf<typeof AUDIT_ENTRY>
type Detail = RowOf<typeof AUDIT_DETAIL>
type Mark = RowOf<typeof AUDIT_MARK>

/** What makes and checks the hashes. Whoever has the database and not the key can break the chain, and not mend it. */
export interface AuditSeal {
  /** Of the key that seals now. */
  keyId: string
  isKnown(keyId: string): boolean
  /** All below throw where the key of a row is not known. */
  hashOf(entry: Omit<Entry, 'hash'>): string
  detailHashOf(detail: Pick<Detail, 'salt' | 'customer' | 'body'>, keyId: string): string
  /** A customer, so that the rows about one are found again by whoever knows whom they look for. */
  subjectOf(customer: string, keyId: string): string
  sealOf(mark: Omit<Mark, 'seal'>): string
}

/** `keys`: the first one seals, the others are those before it. Must not be empty. */
export function createAuditSeal(keys: readonly string[]): AuditSeal {
  const byId = new Map([...keys].reverse().map((key) => [mac(key, 'key').slice(0, 8), key]))
  const keyOf = (keyId: string): string => {
    const key = byId.get(keyId)
    if (key === undefined) throw new Error(`no key ${keyId} of the audit`)
    return key
  }
  const of = (keyId: string, purpose: string, ...parts: unknown[]): string =>
    mac(keyOf(keyId), JSON.stringify([purpose, ...parts]))

  return {
    keyId: mac(keys[0] ?? '', 'key').slice(0, 8),
    isKnown: (keyId) => byId.has(keyId),
    hashOf: (row) =>
      of(
        row.key_id,
        'entry',
        ...[row.seq, row.at, row.actor, row.actor_kind, row.origin, row.what],
        ...[row.subject, row.detail_hash, row.once, row.prev],
      ),
    detailHashOf: ({ salt, customer, body }, keyId) => of(keyId, 'detail', salt, customer, body),
    subjectOf: (customer, keyId) => of(keyId, 'subject', customer),
    sealOf: ({ name, seq, hash, at, key_id: keyId }) => of(keyId, 'mark', name, seq, hash, at),
  }
}

const mac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex')

/** The key where none is set: from the app's secret, without giving that away. */
export const auditKeyFrom = (wecomSecret: string): string => mac(wecomSecret, 'huoshui audit')
