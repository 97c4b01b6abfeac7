import type { Tx } from '../../core/db/tx.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import type { AskedAudience } from './asked-audience.ts'
import type { AudiencePage } from './choice.ts'
import { chooseRecipients } from './choose-recipients.ts'
import { type CeilingDeps, contactsOf } from './contact-ceiling.ts'
import { deferredOf } from './deferred-of.ts'
import { droppedOut, snapshotOfCampaign } from './dropped-out.ts'
import { type GroupAudienceDeps, readGroupPage } from './group-page.ts'
import { keptForAnother } from './kept-for-another.ts'
import { monthlyLimit, receivedThisMonth } from './monthly-limit.ts'
import { readRivals, rivalTimes } from './read-rivals.ts'

/** What the audience needs from those who know the customers, and the groups. */
export interface AudienceDeps extends CeilingDeps {
  facts: Pick<CustomerFacts, 'audience' | 'of'>
  ownersOf(tx: Tx, externalUserIds: string[]): Promise<Map<string, string>>
  /** A rule may still name a guide by a former userid. */
  currentIdOf(tx: Tx, userId: string): Promise<string>
  /** The corp's own limit per customer and month; undefined: the platform's, the days of the month. */
  perCustomerPerMonth: number | undefined
  consents: AskConsent['consents']
  /** Whether this customer belongs to those who get no marketing at all. */
  getsNone(externalUserId: string): boolean
  /** All sends of the rules: those that are more important keep their places. */
  sends(): Iterable<Send>
  groups: GroupAudienceDeps
}

/** Customers per transaction: memory stays bounded and no transaction is long. */
const PAGE = 500

/** The next page of a send's audience, by external_userid or chat_id, with what is to happen to each. Reads only. */
export const readAudiencePage = (
  tx: Tx,
  deps: AudienceDeps,
  send: AskedAudience,
  nowMs: number,
  after: string,
): Promise<AudiencePage> =>
  send.chatType === 'group'
    ? readGroupPage(tx, { ...deps.groups, sends: deps.sends }, send, nowMs, after)
    : readCustomerPage(tx, deps, send, nowMs, after)

async function readCustomerPage(
  tx: Tx,
  deps: AudienceDeps,
  send: AskedAudience,
  nowMs: number,
  after: string,
): Promise<AudiencePage> {
  const { laterOf } = send
  const looked =
    laterOf === undefined
      ? await deps.facts.audience(tx, send.audience, nowMs, { limit: PAGE, ...(after === '' ? {} : { after }) })
      : await deferredOf(tx, { runId: laterOf, chatType: 'single' }, { after, limit: PAGE })
  const ids = laterOf === undefined ? looked : await stillMeant(tx, deps, send, looked, nowMs)
  const context = {
    owners: ids.length === 0 ? new Map<string, string>() : await deps.ownersOf(tx, ids),
    received: await receivedThisMonth(tx, 'single', ids, nowMs),
    perCustomer: monthlyLimit(nowMs, deps.perCustomerPerMonth),
    contacts: await contactsOf(tx, deps, { ids, nowMs }),
    guides: send.guides === undefined ? undefined : await presentIds(tx, deps, send.guides),
    refused: await deps.consents.refusedAmong(tx, 'marketing', ids, 'sends'),
    dropped: await droppedOut(tx, send.campaign, ids),
    draws: { getsNone: deps.getsNone, isHeldOut: heldOutOf(send) },
  }
  const keptFor = await keptForOthers(tx, deps, { send, ids, nowMs, ...context })
  return { choices: chooseRecipients(ids, { ...context, keptFor }), last: looked.at(-1) }
}

/** Those of these who are in the audience now. */
async function stillMeant(
  tx: Tx,
  { facts }: Pick<AudienceDeps, 'facts'>,
  { audience }: Pick<AskedAudience, 'audience'>,
  ids: readonly string[],
  nowMs: number,
): Promise<string[]> {
  const known = await facts.of(tx, ids, nowMs, factPaths(audience))
  return ids.filter((id) => holds(audience, known.get(id) ?? new Map()))
}

interface Among {
  send: AskedAudience
  ids: readonly string[]
  nowMs: number
  owners: ReadonlyMap<string, string>
  refused: ReadonlySet<string>
}

/** Why each of these is kept for a more important send; undefined: may go. */
async function keptForOthers(
  tx: Tx,
  deps: AudienceDeps,
  { send, ids, nowMs, owners, refused }: Among,
): Promise<(id: string) => string | undefined> {
  const ceiling = deps.ceiling()
  const times = rivalTimes(deps.sends(), { chatType: 'single', priority: send.priority, ceiling, nowMs })
  if (ceiling === undefined || times.length === 0) return () => undefined
  const wantedBy = async (other: Send): Promise<ReadonlySet<string>> => {
    const { guides, holdOut } = other.value
    const present = guides === undefined ? undefined : await presentIds(tx, deps, guides)
    const campaign = other.campaign === undefined ? undefined : await snapshotOfCampaign(tx, other.campaign)
    const isHeldOut = heldOutOf({ name: other.name, holdOut, campaign })
    const meant = await stillMeant(tx, deps, other, ids, nowMs)
    const dropped = await droppedOut(tx, campaign, meant)
    return new Set(
      meant.filter((id) => {
        const owner = owners.get(id)
        if (owner === undefined || (present !== undefined && !present.includes(owner))) return false
        return !refused.has(id) && !dropped.has(id) && !deps.getsNone(id) && !isHeldOut(id)
      }),
    )
  }
  // By what is known now, once for all times of a send: what customers have done is read from the database.
  const known = new Map<Send, ReadonlySet<string>>()
  const rivals = await readRivals(tx, times, {
    ...{ ids, chatType: 'single', ceiling, touches: deps.touches },
    wantedBy: async ({ send: other }) => {
      const wanted = known.get(other) ?? (await wantedBy(other))
      known.set(other, wanted)
      return wanted
    },
  })
  return (id) => keptForAnother(rivals, { ceiling, nowMs }, id)
}

/** The same people in every run of a send, and in every step of a campaign, so that what many of them bring together can be seen. */
const heldOutOf = ({ name, holdOut, campaign }: Pick<AskedAudience, 'name' | 'holdOut' | 'campaign'>) => {
  const drawnFor = campaign === undefined ? `send:${name}` : `campaign:${campaign.drawnAs ?? campaign.name}`
  return (externalUserId: string): boolean =>
    holdOut !== undefined && drawPoint(drawnFor, externalUserId) * 100 < holdOut.percent
}

async function presentIds(tx: Tx, deps: AudienceDeps, userIds: readonly string[]): Promise<string[]> {
  const present: string[] = []
  for (const userId of userIds) present.push(await deps.currentIdOf(tx, userId))
  return present
}
