import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type SendFigure, sendFigures } from '../../operations/mass-send/send-figures.ts'
import type { Refused } from '../../operations/sop/enter/refusal.ts'
import type { Verdict } from '../../operations/sop/enter/verdict.ts'
import { type EntryFigure, type StepFigure, sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import { asksOf, scansOf } from '../../operations/sop/scans/scan.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Sop } from '../../rules/book/rule-book.ts'
import { isEventTrigger } from '../../rules/schema/sop-trigger.ts'
import { type Outlook, readOutlook } from './outlook.ts'
import { openRehearsal, type RehearsalOptions } from './rehearsal.ts'

/** What one journey does in the days to come. */
export interface SopPlan {
  sop: string
  title: string
  version: string
  /** By an event: nobody enters of himself, so only those inside already are foreseen. */
  byEvent: boolean
  /** Customers for whom `when` and what the trigger itself asks hold now; of an audience: those who come into it, or go,
   *  when it is first looked at. */
  matching: number
  /** Inside when the plan begins. */
  insideBefore: number
  entered: EntryFigure[]
  ended: EntryFigure[]
  steps: StepFigure[]
  /** Customers who met the trigger but never got in, by why, the reason of their last refusal. */
  refused: Map<string, string[]>
}

export interface Plan {
  fromMs: number
  toMs: number
  bookVersion: string
  sops: SopPlan[]
  /** Scheduled sends of these days, by guide. */
  sends: SendFigure[]
  /** Whom they leave out, and what else goes out. */
  outlook: Outlook
  /** Nickname by external_userid. */
  nicknames: Map<string, string>
}

/** Lets the journeys of a book run ahead for `days` days over a copy: nothing but what time brings happens, guides do at
 *  once what they are asked to confirm, and no customer does anything. The scratch database is used up. */
export async function rehearsePlan(options: Omit<RehearsalOptions, 'onVerdicts'> & { days: number }): Promise<Plan> {
  const { nowMs, book, days } = options
  const toMs = nowMs + days * DAY_MS
  const known = new Set((await options.scratch.view((tx) => sopFigures.entries(tx, nowMs, nowMs))).map(({ id }) => id))
  const refusals: Refusals = new Map()
  // What the first look brings is told apart from what had been there at that very instant.
  const startMs = nowMs + 1
  /** Who met what at the first look. */
  const moved = new Map<string, Set<string>>()
  const rehearsal = await openRehearsal({
    ...options,
    nowMs: startMs,
    onVerdicts: (verdicts) => {
      remember(refusals, verdicts)
      for (const { sop, externalUserId, atMs, refused } of verdicts) {
        if (atMs > startMs || (refused !== undefined && NOT_MEANT.includes(refused.code))) continue
        moved.set(sop, (moved.get(sop) ?? new Set()).add(externalUserId))
      }
    },
  })
  const { db, capable } = rehearsal
  const sops = [...book.sops.values()].filter(({ value }) => value.enabled !== false)
  const matching = new Map<string, number>()
  for (const sop of sops) {
    matching.set(
      sop.name,
      (await db.tx((tx) => matchingNow(tx, capable.facts, sop, nowMs))) ?? moved.get(sop.name)?.size ?? 0,
    )
  }
  await rehearsal.runUntil(toMs)
  const { perCustomerPerMonth } = options
  const outlook = await readOutlook(db, book, { fromMs: nowMs, toMs, perCustomerPerMonth })
  return db.tx(async (tx) => {
    const entries = await sopFigures.entries(tx, nowMs, toMs)
    const steps = await sopFigures.steps(tx, nowMs, toMs)
    const met = new Set(entries.map((entry) => entry.externalUserId))
    for (const ofSop of refusals.values()) for (const id of ofSop.keys()) met.add(id)
    return {
      fromMs: nowMs,
      toMs,
      bookVersion: book.version,
      sends: await sendFigures(tx, nowMs, toMs),
      outlook,
      nicknames: await nicknamesOf(tx, capable.customers.queries.namesOf, [...met]),
      sops: sops.map(({ name, title, version, value }) => {
        const mine = entries.filter((entry) => entry.sop === name)
        const before = mine.filter((entry) => known.has(entry.id))
        const entered = mine.filter((entry) => !known.has(entry.id))
        return {
          sop: name,
          title,
          version,
          byEvent: isEventTrigger(value.trigger),
          matching: matching.get(name) ?? 0,
          insideBefore: before.length,
          entered,
          ended: mine.filter((entry) => entry.endedAtMs !== undefined && entry.endedAtMs <= toMs),
          steps: steps.filter((step) => step.sop === name),
          refused: byReason(refusals.get(name), new Set(mine.map((entry) => entry.externalUserId))),
        }
      }),
    }
  })
}

/** Undefined where it depends on who was in an audience before. */
async function matchingNow(
  tx: Tx,
  facts: Pick<CustomerFacts, 'count'>,
  sop: Sop,
  nowMs: number,
): Promise<number | undefined> {
  const [scan] = scansOf(sop)
  if (scan?.edge !== undefined) return undefined
  return facts.count(tx, asksOf(sop), nowMs)
}

/** The trigger's look found them, its journey does not want them. */
const NOT_MEANT: readonly Refused['code'][] = ['other-version', 'condition', 'not-the-time']

/** Journey → customer → why they were refused last, in short. */
type Refusals = Map<string, Map<string, string>>

function remember(refusals: Refusals, verdicts: Verdict[]): void {
  for (const { sop, externalUserId, refused } of verdicts) {
    const ofSop = refusals.get(sop) ?? new Map<string, string>()
    refusals.set(sop, ofSop)
    if (refused !== undefined) ofSop.set(externalUserId, refused.inShort)
  }
}

function byReason(refusals: Map<string, string> | undefined, inside: ReadonlySet<string>): Map<string, string[]> {
  const reasons = new Map<string, string[]>()
  for (const [externalUserId, why] of refusals ?? []) {
    if (inside.has(externalUserId)) continue
    const known = reasons.get(why)
    if (known === undefined) reasons.set(why, [externalUserId])
    else known.push(externalUserId)
  }
  return reasons
}

const IDS_AT_ONCE = 1_000

async function nicknamesOf(
  tx: Tx,
  namesOf: (tx: Tx, externalUserIds: string[]) => Promise<Map<string, string>>,
  externalUserIds: string[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (let at = 0; at < externalUserIds.length; at += IDS_AT_ONCE) {
    for (const [id, name] of await namesOf(tx, externalUserIds.slice(at, at + IDS_AT_ONCE))) names.set(id, name)
  }
  return names
}
