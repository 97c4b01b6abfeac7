import { type Among, idsAmong } from '../../core/db/among.ts'
import type { Tx } from '../../core/db/tx.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import { once, onceEach } from '../../core/kernel/once.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { AskedAudience } from './asked-audience.ts'
import type { AudienceDeps } from './audience-deps.ts'
import type { Choice } from './choice.ts'
import { chooseRecipients } from './choose-recipients.ts'
import { readLedger } from './contact-ceiling.ts'
import { drawKey } from './draw-key.ts'
import { droppedOut, snapshotOfCampaign } from './dropped-out.ts'
import { keptForAnother } from './kept-for-another.ts'
import { monthlyLimit, receivedThisMonth } from './monthly-limit.ts'
import { splitKey, variantPicker } from './pick-variant.ts'
import { notOpened, type RivalTime, readRivals, rivalTimes } from './read-rivals.ts'

/** A send as it stands now. */
export interface ReadySend {
  asked: Pick<AskedAudience, 'name' | 'campaign' | 'holdOut' | 'audience' | 'variants' | 'senders'>
  /** userids of today; undefined: everybody's customers. */
  guides: readonly string[] | undefined
  /** The name by which its hold-out is drawn. */
  drawnAs: string
  /** By what its versions are drawn; undefined: they are not. */
  splitBy?: string | undefined
  /** Times of more important sends for which it would still count, and what those are. */
  rivals: readonly { time: RivalTime; ready: ReadySend }[]
}

/** Reads what is the same for all customers. */
export async function readySend(
  tx: Tx,
  deps: AudienceDeps,
  asked: Pick<
    AskedAudience,
    'name' | 'campaign' | 'holdOut' | 'audience' | 'guides' | 'priority' | 'variants' | 'senders'
  >,
  nowMs: number,
): Promise<ReadySend> {
  const { priority } = asked
  const times = rivalTimes(deps.sends(), { chatType: 'single', priority, ceiling: deps.ceiling(), nowMs })
  const readyOf = onceEach(async ({ name, audience, campaign, value }: Send): Promise<ReadySend> => {
    const ofCampaign = campaign === undefined ? undefined : await snapshotOfCampaign(tx, campaign)
    const guides = await presentIds(tx, deps, value.guides)
    const own = { name, audience, holdOut: value.holdOut, campaign: ofCampaign }
    return { asked: own, drawnAs: await drawnAs(tx, own), guides, rivals: [] }
  })
  const rivals: ReadySend['rivals'][number][] = []
  for (const time of await notOpened(tx, times)) rivals.push({ time, ready: await readyOf(time.send) })
  const [splitBy, guides] = [await splitKey(tx, asked), await presentIds(tx, deps, asked.guides)]
  return { asked, drawnAs: await drawnAs(tx, asked), splitBy, guides, rivals }
}

async function presentIds(
  tx: Tx,
  deps: Pick<AudienceDeps, 'currentIdOf'>,
  userIds: readonly string[] | undefined,
): Promise<string[] | undefined> {
  if (userIds === undefined) return undefined
  const present: string[] = []
  for (const userId of userIds) present.push(await deps.currentIdOf(tx, userId))
  return present
}

/** What happens to the customers of a page by each send that is asked about: what several need is read once. `meets`: whom of
 *  them a condition holds for. Reads only. */
export function chooseOnPage(
  tx: Tx,
  deps: AudienceDeps,
  page: { among: Among; nowMs: number; meets(condition: Condition): Promise<ReadonlySet<string>> },
): (ready: ReadySend, ids: readonly string[]) => Promise<Choice[]> {
  const { among, nowMs, meets } = page
  const ceiling = deps.ceiling()
  const ledger = readLedger(tx, deps, page)
  const owners = once(() => deps.ownersOf(tx, among))
  const likely = once(async () => {
    const found = await deps.likelySenders(tx, among)
    const guessed = new Set([...found].flatMap(([id, { isSure }]) => (isSure ? [] : [id])))
    return { owners: new Map([...found].map(([id, { userId }]) => [id, userId])), guessed }
  })
  const received = once(() => receivedThisMonth(tx, 'single', among, nowMs))
  const refused = once(() => deps.consents.refusedAmong(tx, 'marketing', among, 'sends'))
  const droppedOf = onceEach((key: string) => droppedOut(tx, JSON.parse(key) as AskedAudience['campaign'], among))
  const dropped = (campaign: AskedAudience['campaign']) => droppedOf(JSON.stringify(campaign ?? {}))

  /** By what is known now, once for all times of a send. */
  const wantedBy = onceEach(async (key: string): Promise<ReadonlySet<string>> => {
    const ready = readyBy.get(key)
    if (ready === undefined) return new Set()
    const { asked, guides } = ready
    const [ownerOf, saidNo, isDropped] = [await owners(), await refused(), await dropped(asked.campaign)]
    const isHeldOut = heldOutOf(ready)
    const wants = [...(await meets(asked.audience))].filter((id) => {
      const owner = ownerOf.get(id)
      if (owner === undefined || guides?.includes(owner) === false) return false
      return !saidNo.has(id) && !isDropped.has(id) && !deps.getsNone(id) && !isHeldOut(id)
    })
    return new Set(wants)
  })
  const readyBy = new Map<string, ReadySend>()

  return async (sent, ids) => {
    const { asked, guides, rivals } = sent
    for (const { ready } of rivals) readyBy.set(ready.asked.name, ready)
    const open = rivals.map(({ time }) => time)
    const others =
      ceiling === undefined || idsAmong(among).length === 0
        ? []
        : await readRivals(open, { ceiling, ledger, wantedBy: ({ send }) => wantedBy(send.name) })
    const ceilingOf = await ledger.ceilings()
    const variantOf = await variantPicker(asked.variants, { drawnBy: sent.splitBy, meets })
    return chooseRecipients(ids, {
      ...(asked.senders === undefined ? { owners: await owners() } : await likely()),
      received: await received(),
      perCustomer: monthlyLimit(nowMs, deps.perCustomerPerMonth),
      contacts: await ledger.contacts(),
      guides,
      refused: await refused(),
      dropped: await dropped(asked.campaign),
      variantOf,
      draws: { getsNone: deps.getsNone, isHeldOut: heldOutOf(sent) },
      keptFor: (id) =>
        ceilingOf === undefined ? undefined : keptForAnother(others, { ceiling: ceilingOf(id), nowMs }, id),
    })
  }
}

/** The same people in every run of a send, whatever it is called by now, and in every step of a campaign, so that what many of them
 *  bring together can be seen. */
async function drawnAs(
  tx: Tx,
  { name, holdOut, campaign }: Pick<AskedAudience, 'name' | 'holdOut' | 'campaign'>,
): Promise<string> {
  if (campaign !== undefined) return `campaign:${campaign.drawnAs ?? campaign.name}`
  if (holdOut === undefined) return `send:${name}`
  return `send:${await drawKey(tx, name)}`
}

const heldOutOf =
  ({ asked: { holdOut }, drawnAs: drawn }: Pick<ReadySend, 'asked' | 'drawnAs'>) =>
  (externalUserId: string): boolean =>
    holdOut !== undefined && drawPoint(drawn, externalUserId) * 100 < holdOut.percent
