import type { Customers } from '../customers/customers.ts'
import type { Tx } from '../db/tx.ts'
import type { CustomerFacts } from '../facts/facts.ts'
import type { Clock } from '../kernel/clock.ts'
import { shanghaiText } from '../kernel/shanghai.ts'
import { conditionZh } from '../rules/condition-zh.ts'
import type { Facts } from '../rules/fact.ts'
import { holds } from '../rules/holds.ts'
import { factPaths } from '../rules/parse-condition.ts'
import type { RuleBookHolder, Sop } from '../rules/rule-book.ts'
import type { Condition } from '../rules/schema/condition.ts'
import { eventNameOf } from '../rules/schema/sop-event.ts'
import { isEventTrigger } from '../rules/schema/sop-trigger.ts'
import { refusal } from './admission.ts'
import { byPriority } from './by-priority.ts'
import { factsText } from './facts-text.ts'
import { type Refusal, refusals } from './refusals.ts'
import { heldBy } from './rivals.ts'
import { entryStore } from './sop-entry.ts'
import { EVENT_ZH } from './step-text.ts'
import { versionFor } from './version-for.ts'

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
  async function reason(tx: Tx, sop: Sop, externalUserId: string, isInside: Set<string>): Promise<string | undefined> {
    if (isInside.has(sop.name)) return undefined
    if (sop.value.enabled === false) return '没有启用（enabled: false）'
    const latest = (await entryStore.latest(tx, sop.name, [externalUserId])).get(externalUserId)
    const refused = refusal(sop, latest, clock.now())
    if (refused !== undefined) return refused
    if ((await customers.queries.ownerOf(tx, externalUserId)) === undefined) return '没有在跟进的导购'
    const paths = factPaths(sop.when)
    const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? new Map()
    const unmet = unmetParts(sop.when, known)
    if (unmet.length > 0) return `不符合条件：${unmet.join('；')}`
    const holder = (await heldBy(tx, rules, sop, [externalUserId])).get(externalUserId)
    if (holder !== undefined) return `客户在同组的 SOP「${holder}」里，它的优先级不低`
    const { trigger } = sop.value
    return isEventTrigger(trigger)
      ? `条件符合，等着「${EVENT_ZH[eventNameOf(trigger)]}」`
      : '条件符合，下一次看名单时进来'
  }

  return async (tx: Tx, externalUserId: string): Promise<NotIn[]> => {
    const active = await entryStore.ofCustomer(tx, externalUserId)
    const isInside = new Set(active.filter((entry) => entry.state === 'active').map((entry) => entry.sop))
    const last = await refusals.ofCustomer(tx, externalUserId)
    const found: NotIn[] = []
    for (const released of byPriority(rules.current().sops.values())) {
      const sop = versionFor(released, externalUserId) ?? released
      const why = await reason(tx, sop, externalUserId, isInside)
      if (why === undefined) continue
      found.push({ sop: sop.name, title: sop.title, version: sop.version, why, last: lastOf(last.get(sop.name)) })
    }
    return found
  }
}

const lastOf = (refused: Refusal | undefined): NotIn['last'] =>
  refused === undefined
    ? undefined
    : { atMs: refused.atMs, text: `${shanghaiText(refused.atMs)} ${EVENT_ZH[refused.event]}时没有进：${refused.why}` }

/** The parts of a condition that do not hold, each with what is known now: 「已付款订单数至少 2（现在 1）」. */
function unmetParts(condition: Condition, known: Facts): string[] {
  if (holds(condition, known)) return []
  if (condition.kind === 'all') return condition.of.flatMap((part) => unmetParts(part, known))
  const seen = Object.fromEntries(factPaths(condition).map((path) => [path, known.get(path) ?? null]))
  return [`${conditionZh(condition)}（现在：${factsText(seen)}）`]
}

export type WhyNot = ReturnType<typeof createWhyNot>
