import type { Tx } from '../../core/db/tx.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { AudiencePage } from './choice.ts'
import { chooseRecipients } from './choose-recipients.ts'
import { type CeilingDeps, contactsOf } from './contact-ceiling.ts'
import { type GroupAudienceDeps, readGroupPage } from './group-page.ts'
import { monthlyLimit, receivedThisMonth } from './monthly-limit.ts'
import type { SendSnapshot } from './send-run.ts'
import type { ChatType } from './send-states.ts'

/** What the audience needs from those who know the customers, and the groups. */
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
  groups: GroupAudienceDeps
}

/** Customers per transaction: memory stays bounded and no transaction is long. */
const PAGE = 500

/** Whom a send is for. */
export interface AskedAudience extends Partial<Pick<SendSnapshot, 'holdOut'>> {
  name: string
  chatType: ChatType
  audience: Condition
  guides: readonly string[] | undefined
}

/** The next page of a send's audience, by external_userid or chat_id, with what is to happen to each. Reads only. */
export const readAudiencePage = (
  tx: Tx,
  deps: AudienceDeps,
  send: AskedAudience,
  nowMs: number,
  after: string,
): Promise<AudiencePage> =>
  send.chatType === 'group'
    ? readGroupPage(tx, deps.groups, send.audience, nowMs, after)
    : readCustomerPage(tx, deps, send, nowMs, after)

async function readCustomerPage(
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
    received: await receivedThisMonth(tx, 'single', ids, nowMs),
    perCustomer: monthlyLimit(nowMs, deps.perCustomerPerMonth),
    contacts: await contactsOf(tx, deps, { ids, nowMs }),
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
