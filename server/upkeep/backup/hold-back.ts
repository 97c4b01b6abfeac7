import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { expireDoubtful } from '../../engine/actions/expire-doubtful.ts'
import { MailAlert, PostAlert } from '../../operations/alerts-out/alerts-out.ts'
import { DeliverWebhook } from '../../operations/events-out/deliver-webhook.ts'
import { GiveAtShop } from '../../operations/grants/give-at-shop.ts'
import { holdGrants } from '../../operations/grants/hold-grants.ts'
import { AddGroupWelcome } from '../../operations/group-welcomes/group-welcome-actions.ts'
import { AskForCustomers, GiveGroups } from '../../operations/handover/handover-actions.ts'
import { CreateMassSend, RemindMassSend } from '../../operations/mass-send/create-action.ts'
import { holdSends } from '../../operations/mass-send/hold-sends.ts'
import { holdMoments } from '../../operations/moments/hold-moments.ts'
import { CreateMoment } from '../../operations/moments/moment-actions.ts'
import { holdJourneys } from '../../operations/sop/hold-journeys.ts'
import { onGranted } from '../../operations/sop/walk/on-granted.ts'
import { holdDuties } from '../../operations/tasks/duties/hold-duties.ts'
import { NotifyGuide } from '../../operations/tasks/notify-guide.ts'
import { SendWelcome } from '../../operations/welcome/send-welcome.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { TellStaff } from '../../records/staff/tell-staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'

/** What somebody notices when it is done a second time. Tags, remarks, codes and reading are the same when done again. */
const NOTICED = [
  SendWelcome,
  CreateMassSend,
  RemindMassSend,
  CreateMoment,
  AddGroupWelcome,
  TellStaff,
  NotifyGuide,
  AskForCustomers,
  GiveGroups,
  GiveAtShop,
  DeliverWebhook,
  PostAlert,
  MailAlert,
]
const WHY = '恢复备份：可能已经做过，没有再做'

export interface HeldBack {
  actions: { kind: string; actions: number }[]
  sends: { times: number; tasks: number }
  /** How many moments of the corp. */
  moments: number
  /** Coupons and points that may have been given. */
  grants: number
  journeys: { left: number; messages: number; looks: number }
}

export interface HoldBackDeps {
  book: RuleBook
  timeline: Pick<Timeline, 'note' | 'noteAll'>
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  clock: Clock
}

/** A database of yesterday was put back: whatever was due by `untilMs` (UTC) may have been done since, and is not done a second
 *  time. Before a server runs on it, which then ends those actions. Safe to repeat. */
export async function holdBack(
  tx: Tx,
  { book, timeline, alerts, clock }: HoldBackDeps,
  untilMs: number,
): Promise<HeldBack> {
  const sends = await holdSends(tx, book.sends.values(), { untilMs, why: WHY })
  const moments = await holdMoments(tx, book.moments.values(), { untilMs, why: WHY })
  await holdDuties(tx, book.duties.values(), untilMs)
  const journeys = await holdJourneys(tx, { sops: book.sops, timeline }, { untilMs, why: WHY })
  const grants = await holdGrants(
    tx,
    { clock, alerts, timeline, rules: { current: () => book }, hears: onGranted },
    { untilMs, why: WHY },
  )
  const actions = await expireDoubtful(tx, NOTICED, { untilMs, why: WHY })
  return { actions, sends, moments, journeys, grants }
}
