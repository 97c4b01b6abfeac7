import { all, lock, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { ServiceMessage } from '../../platform/wecom/api/customer-service.ts'
import type { StopWords } from '../../rules/schema/policy-rule.ts'
import type { KnownNames } from '../customers/given-customer.ts'
import type { Erasures } from '../privacy/erasures.ts'
import { type OwnWordDeps, recordOwnWord } from '../privacy/own-word.ts'
import { enqueueAnswer } from './answer-word.ts'
import { STOP_WORD as w } from './stop-word-tables.ts'
import { wordMeaning } from './word-meaning.ts'

export interface TakeWordDeps extends OwnWordDeps {
  clock: Clock
  outbox: Outbox
  customers: Pick<KnownNames, 'exists'>
  erasures: Pick<Erasures, 'erasedAtMs'>
}

const OF_CHILD = '未满十四周岁，由监护人联系我们恢复。'

/** Does what one message of an account says, and answers it, if it is one of the words; any other leaves nothing behind. The same
 *  message twice changes nothing. */
export async function takeWord(
  tx: Tx,
  deps: TakeWordDeps,
  { openKfId, message, words }: { openKfId: string; message: ServiceMessage; words: StopWords },
): Promise<void> {
  const means = wordMeaning(message, words)
  const { msgid, external_userid: externalUserId } = message
  if (means === undefined || !externalUserId) return
  const now = deps.clock.now()
  // Said later than now is a clock that is wrong, and would outlive the customer's next word.
  const saidAtMs = Math.min((message.send_time ?? Number.POSITIVE_INFINITY) * 1_000, now)
  const erasedAt = await deps.erasures.erasedAtMs(tx, { externalUserId, unionIds: [], phoneHashes: [] })
  if (saidAtMs <= (erasedAt ?? -1)) return
  const { scope = '', days } = words.stop
  const until = means === 'stop' && days !== undefined ? saidAtMs + days * DAY_MS : null
  const said = { msgid, open_kfid: openKfId, external_userid: externalUserId, means, said_at: saidAtMs }
  const row = { ...said, scope: means === 'stop' ? scope : ('' as const), until_at: until, received_at: now }
  if ((await tx.insertIgnore(w, [row])) === 0) return
  const stored = await tx.row(sql`SELECT ${all(w)} FROM ${w} WHERE ${w.msgid} = ${msgid}`)
  if (stored === undefined) throw new Error('a word that was just stored is not there')
  const isChild = await settleWord(tx, deps, stored.id)
  const text = means === 'again' && isChild ? OF_CHILD : words[means].answer
  await enqueueAnswer(tx, deps.outbox, { msgid, openKfId, externalUserId, saidAtMs, text })
}

/** Writes a word into the ledger of whoever said it once we know them; gives whether they are a child, whose word does not take back
 *  what the law says. Safe to repeat. */
export async function settleWord(
  tx: Tx,
  deps: Omit<TakeWordDeps, 'outbox' | 'erasures'>,
  id: number,
): Promise<boolean> {
  const row = await tx.row(sql`SELECT ${all(w)} FROM ${w} WHERE ${w.id} = ${id} ${lock()}`)
  if (row === undefined || row.settled_at !== null) return false
  const { external_userid: externalUserId, means, scope, until_at: untilAt, said_at: saidAtMs } = row
  if (!(await deps.customers.exists(tx, externalUserId))) return false
  await tx.run(sql`UPDATE ${w} SET ${set(w, { settled_at: deps.clock.now() })} WHERE ${w.id} = ${id}`)
  const { isChild } = await recordOwnWord(tx, deps, externalUserId, {
    refuses: means === 'stop',
    scope,
    untilMs: untilAt ?? undefined,
    saidAtMs,
    source: 'word',
    how: means === 'stop' ? '客户在微信客服里说了退订' : '客户在微信客服里说了恢复',
    key: `stop-word:${id}`,
    isChoice: false,
  })
  return isChild
}
