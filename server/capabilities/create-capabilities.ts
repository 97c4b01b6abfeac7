import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Logger } from '../core/kernel/logger.ts'
import type { Outbox } from '../engine/actions/outbox.ts'
import type { SignatureForms } from '../engine/http/check-signature.ts'
import type { Emit } from '../engine/inbox/emit.ts'
import type { GrantDesk } from '../operations/grants/grant-desk.ts'
import type { SopDeps } from '../operations/sop/sop.ts'
import type { WebhookStepDeps } from '../operations/sop/walk/steps/webhook-step.ts'
import type { Wecom } from '../platform/wecom/wecom.ts'
import type { Alerts } from '../records/alerts/alerts.ts'
import type { PhoneHash } from '../records/customers/phone-hash.ts'
import type { LinksDeps } from '../records/links/links.ts'
import type { TimelineDeps } from '../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import { CAPABILITIES } from './capabilities.ts'
import { EVERY_EVENT, FACTS_BY_EVENT } from './events.ts'
import { facts } from './facts.ts'
import { VOCABULARY } from './vocabulary.ts'
import { wire } from './wire.ts'

/** What the capabilities ask of the platform. */
export type Platform = Pick<
  Wecom,
  | 'contacts'
  | 'ways'
  | 'tags'
  | 'strategyTags'
  | 'customerService'
  | 'groups'
  | 'groupWelcomes'
  | 'interceptRules'
  | 'handovers'
  | 'massSends'
  | 'moments'
  | 'staff'
  | 'messages'
  | 'media'
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
  /** Those under which phones are hashed, the present one first. */
  phoneSecrets: readonly string[]
  /** Origin at which customers reach us; undefined: there are no links. */
  publicUrl?: string | undefined
  /** Asks WeCom who opens a tracked link; undefined: only the browser tells. */
  linkLogin?: LinksDeps['linkLogin']
  ordersSecret: string
  /** Which signatures of the shop's are taken. */
  signatures?: SignatureForms
  /** Folder of the pictures that rules name. */
  assetsDir: string
  /** Corp mass messages that one customer may get a month; undefined: WeCom's own limit. */
  perCustomerPerMonth: number | undefined
  /** The same for a group. */
  perGroupPerMonth?: number | undefined
  /** Told who was let into which journey, or why not. */
  onVerdicts?: SopDeps['onVerdicts']
  /** Told in the transaction that writes notes to timelines. */
  onNotes?: TimelineDeps['onNotes']
  /** Tells one other system because a journey says so. */
  callWebhook: WebhookStepDeps['callWebhook']
  /** Gives coupons and points at shops because a journey says so. */
  grantDesk: GrantDesk
}

/** What we know and what we do, over a database, a clock, a platform and rules: the same in the server, with the real ones,
 *  and in a rehearsal, with a copy, a settable clock and a platform that only agrees. */
export function createCapabilities(base: CapabilitiesDeps) {
  const { world, offers } = wire(CAPABILITIES, {
    ...base,
    facts,
    vocabulary: VOCABULARY,
    events: EVERY_EVENT,
    factsByEvent: FACTS_BY_EVENT,
  })
  return { ...world, facts, list: offers }
}

export type Capabilities = ReturnType<typeof createCapabilities>
