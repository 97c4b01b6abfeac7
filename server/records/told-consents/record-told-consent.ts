import { all, lock, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { customerLinks } from '../customers/customer-links.ts'
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
  consents: Pick<Consents, 'record' | 'ofCustomer'>
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

interface Meant {
  ids: readonly string[]
  /** Only because a person said that they go by these names. */
  isLent: boolean
}

/** A phone that two people have: a refusal is everybody's, a yes nobody's; and so it is of names that a person has said to be a
 *  customer's. */
async function meant(tx: Tx, row: Held, customers: KnownNames): Promise<Meant> {
  const match = await matchGiven(tx, customers, row)
  if (match !== undefined) return { ids: [match.externalUserId], isLent: false }
  if (row.state === 'given') return { ids: [], isLent: false }
  const ids = row.phone_hash === null ? [] : await customers.byPhoneHash(tx, row.phone_hash)
  if (ids.length > 0) return { ids, isLent: false }
  const lender = await customerLinks.ofRow(tx, row)
  return { ids: lender === undefined ? [] : [lender.externalUserId], isLent: true }
}

type SettleDeps = Pick<RecordToldConsentDeps, 'consents' | 'timeline' | 'customers'>

/** Writes the word into the ledger of whoever said it, if they are known, once; what was lent and is no more is taken back there.
 *  Safe to repeat. */
export async function settleToldConsent(tx: Tx, id: number, deps: SettleDeps): Promise<boolean> {
  const row = await held(tx, sql`${t.id} = ${id}`)
  if (row === undefined) return false
  if (row.external_userid !== null && row.lent === 0) return true
  const { ids, isLent } = await meant(tx, row, deps.customers)
  const [first] = ids
  const owner = first ?? null
  const lent = owner !== null && isLent ? 1 : 0
  if (row.external_userid === owner && row.lent === lent) return owner !== null
  await tx.run(sql`UPDATE ${t} SET ${set(t, { external_userid: owner, lent })} WHERE ${t.id} = ${id}`)
  if (row.external_userid !== null && !ids.includes(row.external_userid)) await unsay(tx, row, deps)
  for (const externalUserId of ids)
    if (externalUserId !== row.external_userid || row.lent === 1)
      await say(tx, row, { externalUserId, source: isLent ? 'merged' : 'customer' }, deps)
  return owner !== null
}

const wordOf = (row: Held) => {
  const { kind, scope, state, said_at: saidAtMs, until_at: untilAt } = row
  return { kind, scope, state, saidAtMs, untilMs: untilAt ?? undefined }
}

async function say(
  tx: Tx,
  row: Held,
  { externalUserId, source }: { externalUserId: string; source: 'customer' | 'merged' },
  deps: SettleDeps,
): Promise<void> {
  if (!(await deps.consents.record(tx, { externalUserId, ...wordOf(row), source }))) return
  await deps.timeline.note(tx, {
    key: `consent:${row.id}:${externalUserId}`,
    externalUserId,
    atMs: row.said_at,
    kind: 'customer.refusal',
    text: noteText(row),
  })
}

/** The ledger keeps every word: another one takes it back, where it still holds and nobody has said it since. It is as old as
 *  that one, so that the same word counts again once it is known to be theirs. */
async function unsay(tx: Tx, row: Held, { consents }: SettleDeps): Promise<void> {
  const { external_userid: externalUserId, kind, scope, state, said_at: saidAtMs } = row
  if (externalUserId === null || state !== 'refused') return
  const words = (await consents.ofCustomer(tx, externalUserId)).filter(
    (word) => word.kind === kind && word.scope === scope,
  )
  const newest = words.at(-1)
  if (newest?.source !== 'merged' || newest.at !== saidAtMs) return
  const note = '人工合并撤销了，这句话是另一个人说的'
  await consents.record(tx, { externalUserId, kind, scope, state: 'given', source: 'command', saidAtMs, note })
}

function noteText({ kind, scope, state, until_at: untilAt }: Held): string {
  const what = kind === 'profiling' ? '画像和分层' : `收到${SCOPE_WORDS[scope]}`
  const until = untilAt === null ? '' : `，到 ${shanghaiText(untilAt).slice(0, 10)}`
  return state === 'refused' ? `客户在别处说不想${what}${until}` : `客户在别处说又愿意${what}`
}
