import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Logger } from '../core/kernel/logger.ts'
import type { Outbox } from '../engine/actions/outbox.ts'
import type { Capability } from '../engine/capability.ts'
import type { Emit } from '../engine/inbox/emit.ts'
import { createHandover } from '../operations/handover/handover.ts'
import { createHandoverLog } from '../operations/handover/handover-log.ts'
import { createMassSend } from '../operations/mass-send/mass-send.ts'
import { createRouting } from '../operations/routing/routing.ts'
import { createSop, type SopDeps } from '../operations/sop/sop.ts'
import type { WebhookStepDeps } from '../operations/sop/walk/steps/webhook-step.ts'
import { createTasks } from '../operations/tasks/tasks.ts'
import { createTiers } from '../operations/tiers/tiers.ts'
import { createWelcome } from '../operations/welcome/welcome.ts'
import type { Wecom } from '../platform/wecom/wecom.ts'
import type { Alerts } from '../records/alerts/alerts.ts'
import { createChannels } from '../records/channels/channels.ts'
import { createCustomers } from '../records/customers/customers.ts'
import type { PhoneHash } from '../records/customers/phone-hash.ts'
import { createFacts } from '../records/facts/facts.ts'
import { createGroups } from '../records/groups/groups.ts'
import { createMedia } from '../records/media/media.ts'
import { createOrders } from '../records/orders/orders.ts'
import { createProfiles } from '../records/profiles/profiles.ts'
import { createScores } from '../records/scores/scores.ts'
import { createStaff } from '../records/staff/staff.ts'
import { createTellStaff } from '../records/staff/tell-staff.ts'
import { createSurveys } from '../records/surveys/surveys.ts'
import { createTags } from '../records/tags/tags.ts'
import { createTimeline, type TimelineDeps } from '../records/timeline/timeline.ts'
import { touches } from '../records/touches/touches.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import { ruleVersion } from '../rules/versions/rule-version-store.ts'
import { EVERY_FACT } from './every-fact.ts'

/** What the capabilities ask of the platform. */
export type Platform = Pick<
  Wecom,
  'contacts' | 'ways' | 'tags' | 'strategyTags' | 'groups' | 'handovers' | 'massSends' | 'staff' | 'messages' | 'media'
>

export interface CapabilitiesDeps {
  db: Db
  clock: Clock
  log: Logger
  outbox: Outbox
  emit: Emit
  wecom: Platform
  rules: RuleBookHolder
  alerts: Alerts
  phoneHash: PhoneHash
  ordersSecret: string
  /** Folder of the pictures that rules name. */
  assetsDir: string
  /** Corp mass messages that one customer may get a month; undefined: WeCom's own limit. */
  perCustomerPerMonth: number | undefined
  /** Told who was let into which journey, or why not. */
  onVerdicts?: SopDeps['onVerdicts']
  /** Told in the transaction that writes notes to timelines. */
  onNotes?: TimelineDeps['onNotes']
  /** Tells one other system because a journey says so. */
  callWebhook: WebhookStepDeps['callWebhook']
}

/** What we know and what we do, over a database, a clock, a platform and rules: the same in the server, with the real ones,
 *  and in a rehearsal, with a copy, a settable clock and a platform that only agrees. Each line wires one; order matters
 *  only where a comment says so. */
export function createCapabilities({ phoneHash, ordersSecret, onNotes, callWebhook, ...base }: CapabilitiesDeps) {
  const { clock, assetsDir, perCustomerPerMonth } = base
  const timeline = createTimeline(onNotes === undefined ? { clock } : { clock, onNotes })
  const staff = createStaff(base)
  const channels = createChannels({ ...base, staff })
  const tags = createTags({ ...base, timeline })
  const handoverLog = createHandoverLog({ timeline, staff })
  const { takeovers } = handoverLog
  const customers = createCustomers({ ...base, timeline, staff, tags, channels, phoneHash, takeovers })
  const groups = createGroups({ ...base, timeline, staff })
  const shop = { ...base, timeline, customers: customers.queries, phoneHash, secret: ordersSecret }
  const orders = createOrders(shop)
  const scores = createScores({ ...base, orders })
  const profiles = createProfiles(shop)
  const surveys = createSurveys(shop)
  const handover = createHandover({ ...base, timeline, staff, customers, groups, handoverLog })
  const facts = createFacts({ lists: EVERY_FACT, base: 'customer' })
  const media = createMedia({ ...base, assetsDir, joinWays: groups.queries.joinWays })
  const staffTelling = createTellStaff(base)
  const tasks = createTasks({ ...base, timeline, customers, staff, staffTelling })
  const welcome = createWelcome({ ...base, media, customers, staff, timeline })
  const routing = createRouting({ ...base, facts, groups, customers, tasks, timeline, welcome })
  const tiers = createTiers({ ...base, facts, customers, staff, tags, routing, tasks, handover, timeline })
  const massSend = createMassSend({
    ...base,
    facts,
    customers,
    staff,
    media,
    timeline,
    perCustomerPerMonth,
    // What becomes of a journey's messages; the thunk breaks the circle.
    onAsked: (tx, outcomes) => sop.onAsked(tx, outcomes),
  })
  const sop = createSop({
    ...base,
    facts,
    touches,
    staffTelling,
    tiers,
    massSend,
    callWebhook,
    welcome,
    tags,
    customers,
    staff,
    routing,
    tasks,
    timeline,
    storedSop: (tx, name, version) => ruleVersion(tx, 'sop', name, version),
  })
  const list: Capability[] = [
    staff,
    staffTelling,
    channels,
    customers,
    tags,
    groups,
    orders,
    scores,
    profiles,
    surveys,
    media,
    // First, so that a journey does not ask the guide for what the welcome brings.
    routing,
    tiers,
    // A journey's own welcome goes before the channel's; whichever claims the friendship first sends it.
    sop,
    welcome,
    tasks,
    massSend,
    handover,
  ]
  return {
    list,
    timeline,
    staff,
    staffTelling,
    channels,
    tags,
    customers,
    groups,
    orders,
    scores,
    profiles,
    handover,
    facts,
    media,
    tasks,
    welcome,
    routing,
    tiers,
    sop,
    massSend,
  }
}

export type Capabilities = ReturnType<typeof createCapabilities>
