import { all, lock, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { erasedAtMs, givenNames, type KnownNames, matchGiven, whyNobody } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Consents } from '../privacy/consents.ts'
import type { Erasures } from '../privacy/erasures.ts'
import { SCOPE_WORDS } from '../privacy/scope-words.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { ConsentMessage } from './consent-body.ts'
import { TOLD_CONSENT as t } from './told-consent-tables.ts'

export interface RecordToldConsentDeps {
  clock: Clock
  consents: Pick<Consents, 'record'>
  timeline: Pick<Timeline, 'note'>
  customers: KnownNames
  erasures: Pick<Erasures, 'erasedAtMs'>
  phoneHash: PhoneHash
}

export interface RecordedConsent {
  result: 'stored' | 'unchanged'
  /** Whether we know whose it is. */
  matched: boolean
  /** Why nobody will ever be found, one Chinese sentence. */
  nobody?: string
}

const held = (tx: Tx, where: Sql) => tx.row(sql`SELECT ${all(t)} FROM ${t} WHERE ${where} ${lock()}`)
type Held = NonNullable<Awaited<ReturnType<typeof held>>>

/** Stores one word; the same `consentId` twice changes nothing. */
export async function recordToldConsent(
  tx: Tx,
  message: ConsentMessage,
  deps: RecordToldConsentDeps,
): Promise<RecordedConsent> {
  const now = deps.clock.now()
  // Said later than now is a clock that is wrong, and would outlive the customer's next word.
  const saidAtMs = Math.min(message.saidAtMs ?? now, now)
  const names = givenNames(message.customer, deps.phoneHash)
  if (saidAtMs <= ((await erasedAtMs(tx, names, deps.erasures)) ?? -1)) return { result: 'unchanged', matched: false }
  const { consentId, kind, scope, state, untilMs } = message
  const row = { consent_id: consentId, kind, scope, state, until_at: untilMs ?? null, ...names }
  const known = await held(tx, sql`${t.consent_id} = ${consentId}`)
  if (known !== undefined) return { result: 'unchanged', matched: known.external_userid !== null }
  const inserted = await tx.insertIgnore(t, [{ ...row, said_at: saidAtMs, received_at: now }])
  const stored = await held(tx, sql`${t.consent_id} = ${consentId}`)
  if (stored === undefined) throw new Error('a word that was just stored is not there')
  if (inserted === 0) return { result: 'unchanged', matched: stored.external_userid !== null }
  const matched = await settleToldConsent(tx, stored.id, deps)
  const nobody = matched ? undefined : whyNobody(message.customer)
  return { result: 'stored', matched, ...(nobody === undefined ? {} : { nobody }) }
}

/** A phone that two people have: a refusal is everybody's, a yes nobody's. */
async function meant(tx: Tx, row: Held, customers: KnownNames): Promise<string[]> {
  const match = await matchGiven(tx, customers, row)
  if (match !== undefined) return [match.externalUserId]
  if (row.state === 'given' || row.phone_hash === null) return []
  return customers.byPhoneHash(tx, row.phone_hash)
}

/** Writes the word into the ledger of whoever said it, if they are known, once. Safe to repeat. */
export async function settleToldConsent(
  tx: Tx,
  id: number,
  deps: Pick<RecordToldConsentDeps, 'consents' | 'timeline' | 'customers'>,
): Promise<boolean> {
  const row = await held(tx, sql`${t.id} = ${id}`)
  if (row === undefined) return false
  if (row.external_userid !== null) return true
  const ids = await meant(tx, row, deps.customers)
  const [first] = ids
  if (first === undefined) return false
  await tx.run(sql`UPDATE ${t} SET ${set(t, { external_userid: first })} WHERE ${t.id} = ${id}`)
  for (const externalUserId of ids) {
    const { kind, scope, state, said_at: saidAtMs, until_at: untilAt } = row
    const said = { externalUserId, kind, scope, state, saidAtMs, untilMs: untilAt ?? undefined }
    if (!(await deps.consents.record(tx, { ...said, source: 'customer' }))) continue
    await deps.timeline.note(tx, {
      key: `consent:${id}:${externalUserId}`,
      externalUserId,
      atMs: saidAtMs,
      kind: 'customer.refusal',
      text: noteText(row),
    })
  }
  return true
}

function noteText({ kind, scope, state, until_at: untilAt }: Held): string {
  const what = kind === 'profiling' ? '画像和分层' : `收到${SCOPE_WORDS[scope]}`
  const until = untilAt === null ? '' : `，到 ${shanghaiText(untilAt).slice(0, 10)}`
  return state === 'refused' ? `客户在别处说不想${what}${until}` : `客户在别处说又愿意${what}`
}
