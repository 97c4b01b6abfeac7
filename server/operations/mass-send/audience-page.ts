import type { Tx } from '../../core/db/tx.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { type Choice, chooseRecipients } from './choose-recipients.ts'
import { type CeilingDeps, contactsOf } from './contact-ceiling.ts'
import { perCustomerLimit, receivedThisMonth } from './monthly-limit.ts'
import type { SendSnapshot } from './send-run.ts'

/** What the audience needs from those who know the customers. */
export interface AudienceDeps extends CeilingDeps {
  facts: {
    audience(tx: Tx, condition: Condition, nowMs: number, page: { limit: number; after?: string }): Promise<string[]>
  }
  ownersOf(tx: Tx, externalUserIds: string[]): Promise<Map<string, string>>
  /** A rule may still name a guide by a former userid. */
  currentIdOf(tx: Tx, userId: string): Promise<string>
  /** The corp's own limit per customer and month; undefined: the platform's, the days of the month. */
  perCustomerPerMonth: number | undefined
  consents: AskConsent['consents']
  /** Whether this customer belongs to those who get no marketing at all. */
  getsNone(externalUserId: string): boolean
}

/** Customers per transaction: memory stays bounded and no transaction is long. */
const PAGE = 500

/** Whom a send is for. */
export interface AskedAudience extends Partial<Pick<SendSnapshot, 'holdOut'>> {
  name: string
  audience: Condition
  guides: readonly string[] | undefined
}

export interface AudiencePage {
  choices: Choice[]
  /** The last customer looked at; undefined: the audience is at its end. */
  last: string | undefined
}

/** The next page of a send's audience, by external_userid, with what is to happen to each customer. Reads only. */
export async function readAudiencePage(
  tx: Tx,
  deps: AudienceDeps,
  send: AskedAudience,
  nowMs: number,
  after: string,
): Promise<AudiencePage> {
  const ids = await deps.facts.audience(tx, send.audience, nowMs, {
    limit: PAGE,
    ...(after === '' ? {} : { after }),
  })
  const guides = send.guides === undefined ? undefined : await presentIds(tx, deps, send.guides)
  const context = {
    owners: ids.length === 0 ? new Map<string, string>() : await deps.ownersOf(tx, ids),
    received: await receivedThisMonth(tx, ids, nowMs),
    perCustomer: perCustomerLimit(nowMs, deps.perCustomerPerMonth),
    contacts: await contactsOf(tx, deps, ids, nowMs),
    guides,
    refused: await deps.consents.refusedAmong(tx, 'marketing', ids, 'sends'),
    draws: { getsNone: deps.getsNone, isHeldOut: heldOutOf(send) },
  }
  return { choices: chooseRecipients(ids, context), last: ids.at(-1) }
}

/** The same people in every run of a send, so that what many of them bring together can be seen. */
const heldOutOf =
  ({ name, holdOut }: AskedAudience) =>
  (externalUserId: string): boolean =>
    holdOut !== undefined && drawPoint(`send:${name}`, externalUserId) * 100 < holdOut.percent

async function presentIds(tx: Tx, deps: AudienceDeps, userIds: readonly string[]): Promise<string[]> {
  const present: string[] = []
  for (const userId of userIds) present.push(await deps.currentIdOf(tx, userId))
  return present
}
