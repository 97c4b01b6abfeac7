import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Customers } from '../../../records/customers/customers.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import { byPriority } from '../../../rules/book/priority.ts'
import type { RuleBookHolder, Sop } from '../../../rules/book/rule-book.ts'
import { conditionZh } from '../../../rules/condition/condition-zh.ts'
import type { Facts } from '../../../rules/condition/fact.ts'
import { holds } from '../../../rules/condition/holds.ts'
import { factPaths } from '../../../rules/condition/parse-condition.ts'
import type { Condition } from '../../../rules/schema/condition.ts'
import { eventNameOf } from '../../../rules/schema/sop-event.ts'
import { isEventTrigger } from '../../../rules/schema/sop-trigger.ts'
import { refusal } from '../enter/admission.ts'
import { holderAmong } from '../enter/exclusive-group.ts'
import { type Refusal, refusals } from '../enter/refusals.ts'
import { factsSeen } from '../model/facts-text.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { EVENT_ZH } from '../model/step-text.ts'
import { versionFor } from '../model/version-for.ts'
import { ownCondition } from '../scans/scan.ts'

export interface WhyNotDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
}

/** A journey in force that a customer is not in. */
export interface NotIn {
  sop: string
  title: string
  version: string
  /** One Chinese line: what keeps the customer out now, or what it waits for. */
  why: string
  /** The last event that might have let the customer in, and why it did not. */
  last: { atMs: number; text: string } | undefined
}

/** Why a customer is not in each journey in force that they are not in. Reads only. */
export function createWhyNot({ clock, rules, facts, customers }: WhyNotDeps) {
  return async (tx: Tx, externalUserId: string): Promise<NotIn[]> => {
    const nowMs = clock.now()
    // Newest first, so the first of a journey is its last time.
    const entries = await entryStore.ofCustomer(tx, externalUserId)
    const latestOf = (name: string): Entry | undefined => entries.find((entry) => entry.sop === name)
    const inside = [...rules.current().sops.values()].filter(({ name }) => latestOf(name)?.state === 'active')
    const outside = byPriority(rules.current().sops.values())
      .filter((released) => latestOf(released.name)?.state !== 'active')
      .map((released) => versionFor(released, externalUserId) ?? released)
    const shut = new Map(outside.map((sop) => [sop.name, shutText(sop, latestOf(sop.name), nowMs)]))
    const paths = outside.flatMap((sop) =>
      shut.get(sop.name) === undefined ? [sop.when, ownCondition(sop.value.trigger)].flatMap(factPaths) : [],
    )
    const known = (await facts.of(tx, [externalUserId], nowMs, paths)).get(externalUserId) ?? new Map()
    const hasGuide = (await customers.queries.ownerOf(tx, externalUserId)) !== undefined
    const last = await refusals.ofCustomer(tx, externalUserId)

    function reason(sop: Sop): string {
      if (!hasGuide) return '没有在跟进的导购'
      const unmet = unmetParts(sop.when, known)
      if (unmet.length > 0) return `不符合条件：${unmet.join('；')}`
      const holder = holderAmong(inside, sop)
      if (holder !== undefined) return `客户在同组的 SOP「${holder}」里，它的优先级不低`
      const { trigger } = sop.value
      if (isEventTrigger(trigger)) return `条件符合，等着「${EVENT_ZH[eventNameOf(trigger)]}」`
      const early = unmetParts(ownCondition(trigger), known)
      if ('enters' in trigger) {
        return early.length > 0 ? `不在人群里：${early.join('；')}` : '已经在人群里，离开以后再进人群才算'
      }
      if ('leaves' in trigger) return '条件符合，等着离开人群'
      return early.length > 0 ? `还没到时候：${early.join('；')}` : '条件符合，下一次看名单时进来'
    }

    const found: NotIn[] = []
    for (const sop of outside) {
      const { name, title, version } = sop
      found.push({
        sop: name,
        title,
        version,
        why: shut.get(name) ?? reason(sop),
        last: lastOf(last.get(name)),
      })
    }
    return found
  }
}

/** Why nobody, or not this customer again, is let in at this instant, whatever is known of them. */
const shutText = (sop: Sop, latest: Entry | undefined, nowMs: number): string | undefined =>
  sop.value.enabled === false ? '没有启用' : refusal(sop, latest, nowMs)

const lastOf = (refused: Refusal | undefined): NotIn['last'] =>
  refused === undefined ? undefined : { atMs: refused.atMs, text: `${EVENT_ZH[refused.event]}时没有进：${refused.why}` }

/** The parts of a condition that do not hold, each with what is known now: 「已付款订单数至少 2（现在 1）」. */
function unmetParts(condition: Condition, known: Facts): string[] {
  if (holds(condition, known)) return []
  if (condition.kind === 'all') return condition.of.flatMap((part) => unmetParts(part, known))
  const seen = factsSeen(Object.fromEntries(factPaths(condition).map((path) => [path, known.get(path) ?? null])))
  const [only, ...others] = seen
  const now = others.length === 0 ? only?.value : seen.map(({ label, value }) => `${label} ${value}`).join('，')
  return [`${conditionZh(condition)}（现在 ${now ?? ''}）`]
}

export type WhyNot = ReturnType<typeof createWhyNot>
