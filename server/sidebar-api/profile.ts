import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { shanghaiDaysBetween, shanghaiParts } from '../core/kernel/shanghai.ts'
import type { handoverQueries } from '../operations/handover/handover-queries.ts'
import { underWayText } from '../operations/handover/outcome-text.ts'
import type { Journey } from '../operations/sop/explain/sop-queries.ts'
import type { tierQueries } from '../operations/tiers/tier-queries.ts'
import type { CustomerTier } from '../operations/tiers/tier-store.ts'
import { asksForLink, linksAskedFor } from '../operations/welcome/fill-names.ts'
import type { WelcomeOutcome } from '../operations/welcome/welcome-store.ts'
import type { CustomerSource, Follow } from '../records/customers/customer-queries.ts'
import type { GroupOfCustomer } from '../records/groups/group-queries.ts'
import type { Links } from '../records/links/links.ts'
import type { OptOut } from '../records/opt-out/opt-out.ts'
import type { Order, OrderPage, OrderSummary } from '../records/orders/order-queries.ts'
import { type Birthday, birthdayText, daysUntilBirthday } from '../records/profiles/birthday.ts'
import type { Profiles } from '../records/profiles/profiles.ts'
import type { SetTag } from '../records/tags/tag-queries.ts'
import { oncePerBook } from '../rules/book/once-per-book.ts'
import type { RuleBook, RuleBookHolder } from '../rules/book/rule-book.ts'
import type { CustomerTag, Profile, OrderSummary as ShownSummary } from './contract.ts'
import type { Friend } from './friend-of.ts'
import { guideWords } from './guide-words.ts'
import { lostView } from './lost-view.ts'
import { createPageVersions, type PageVersionDeps } from './page-versions.ts'
import { createProfileParts, type ProfilePartsDeps } from './profile-parts.ts'
import { welcomeView } from './welcome-view.ts'
import { whyOf } from './why.ts'

export interface ProfileDeps extends ProfilePartsDeps, Omit<PageVersionDeps, 'customers'> {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: PageVersionDeps['customers'] & {
    queries: {
      followsOf(tx: Tx, externalUserId: string): Promise<Follow[]>
      sourcesOf(tx: Tx, externalUserId: string): Promise<CustomerSource[]>
    }
  }
  tags: { queries: { ofCustomer(tx: Tx, externalUserId: string): Promise<SetTag[]> } }
  orders: {
    queries: {
      summary(tx: Tx, externalUserId: string, page?: Pick<OrderPage, 'untilMs'>): Promise<OrderSummary>
      countOf(tx: Tx, externalUserId: string, page?: Pick<OrderPage, 'untilMs'>): Promise<number>
      ofCustomer(tx: Tx, externalUserId: string, page: OrderPage): Promise<Order[]>
      categoriesOf(
        tx: Tx,
        externalUserId: string,
        page: Pick<OrderPage, 'untilMs'> & { limit: number },
      ): Promise<{ name: string; orders: number; pieces: number }[]>
      lastPaidItems(
        tx: Tx,
        externalUserId: string,
        page?: Pick<OrderPage, 'untilMs'>,
      ): Promise<{ name: string; quantity: number }[]>
    }
  }
  groups: { queries: { groupsOf(tx: Tx, externalUserId: string): Promise<GroupOfCustomer[]> } }
  welcome: { queries: { ofCustomer(tx: Tx, externalUserId: string): Promise<WelcomeOutcome[]> } }
  handover: { queries: Pick<typeof handoverQueries, 'openOf'> }
  profiles: { queries: Pick<Profiles['queries'], 'birthdayOf' | 'fieldsOf'> }
  sop: { queries: { ofCustomer(tx: Tx, externalUserId: string): Promise<Journey[]> } }
  tiers: { queries: Pick<typeof tierQueries, 'ofCustomer'> }
  optOut: Pick<OptOut, 'linkFor'>
  links: Pick<Links, 'urlsFor'>
}

const asksForLinks = oncePerBook((book) => [...book.scripts.values()].some(({ value }) => asksForLink(value.text)))
const scriptLinks = oncePerBook((book) => [
  ...new Set([...book.scripts.values()].flatMap(({ value }) => linksAskedFor(value.text))),
])

/** Who this is, at one glance: a few reads by key, cheap enough for every change of chat. */
export function createProfile(deps: ProfileDeps) {
  const { clock, rules, customers, tags, orders, groups, welcome, handover, profiles, optOut, links } = deps

  const parts = createProfileParts(deps)
  const versions = createPageVersions(deps)

  async function orderSummary(tx: Tx, { lost }: Pick<Friend, 'lost'>, externalUserId: string): Promise<ShownSummary> {
    const untilMs = lost?.atMs
    const summary = await orders.queries.summary(tx, externalUserId, { untilMs })
    const items = summary.paidCount === 0 ? [] : await orders.queries.lastPaidItems(tx, externalUserId, { untilMs })
    return {
      paidCount: summary.paidCount,
      paidSumFen: summary.paidSumFen,
      refundedCount: summary.refundedCount,
      lastPaidAtMs: summary.lastPaidAtMs ?? null,
      lastItems: items.length === 0 ? null : itemsText(items),
    }
  }

  async function handoverLine(tx: Tx, guide: Friend, externalUserId: string): Promise<string | null> {
    const open = await handover.queries.openOf(tx, externalUserId)
    if (open === undefined) return null
    const text = underWayText(
      await parts.nameOf(tx, guide, open.fromUserId),
      await parts.nameOf(tx, guide, open.toUserId),
      open.takeoverAtMs,
    )
    return guideWords(text)
  }

  async function otherGuides(tx: Tx, follows: Follow[], guide: Friend): Promise<string[]> {
    const names: string[] = []
    for (const follow of follows) {
      if (!follow.active || follow.userId === guide.userId) continue
      names.push(await parts.nameOf(tx, guide, follow.userId))
    }
    return names
  }

  /** After the end of a friendship: what was so until then. */
  async function present(
    tx: Tx,
    guide: Friend,
    externalUserId: string,
  ): Promise<Pick<Profile, 'tiers' | 'journeys' | 'handover'>> {
    const { lost } = guide
    const tiers = tierViews(await deps.tiers.queries.ofCustomer(tx, externalUserId), rules.current())
    if (lost !== undefined)
      return { tiers: tiers.filter((tier) => tier.sinceMs <= lost.atMs), journeys: [], handover: null }
    const journeys = (await deps.sop.queries.ofCustomer(tx, externalUserId))
      .filter((one) => one.state === 'active' && !one.heldOut)
      .map(journeyView)
    return { tiers, journeys, handover: await handoverLine(tx, guide, externalUserId) }
  }

  async function of(tx: Tx, guide: Friend, externalUserId: string): Promise<Profile> {
    const known = await customers.queries.profile(tx, externalUserId)
    const follows = await customers.queries.followsOf(tx, externalUserId)
    const follow = follows.find((one) => one.userId === guide.userId)
    const birthday = await profiles.queries.birthdayOf(tx, externalUserId)
    const own = (await tags.queries.ofCustomer(tx, externalUserId)).filter((tag) => tag.userId === guide.userId)
    const tagViews: CustomerTag[] = []
    for (const tag of own)
      tagViews.push(
        tagView(tag, tag.setBy === 'guide' ? await parts.nameOf(tx, guide, tag.userId) : '', rules.current()),
      )
    const guides = await otherGuides(tx, follows, guide)
    const groupViews = (await groups.queries.groupsOf(tx, externalUserId)).map((group) => ({
      name: group.name === '' ? '未命名的群' : group.name,
      pool: group.pool ?? null,
    }))
    const bought = await orderSummary(tx, guide, externalUserId)
    const isReadOnly = guide.stands === 'onlooker' || guide.stands === 'former'
    // Whoever holds it can speak by it for the customer.
    const isLinkWanted = !isReadOnly && asksForLinks(rules.current())
    return {
      externalUserId,
      name: known?.name ?? null,
      avatar: known?.avatar ?? null,
      corpName: known?.corpName ?? null,
      standsInFor: guide.userId === guide.person.userId ? null : guide.name,
      isReadOnly,
      optOutUrl: isLinkWanted ? ((await optOut.linkFor(tx, externalUserId)) ?? null) : null,
      links: isReadOnly
        ? {}
        : Object.fromEntries(await links.urlsFor(tx, externalUserId, scriptLinks(rules.current()))),
      lost: lostView(guide.lost, { guides, groups: groupViews.map((group) => group.name) }),
      remark: follow?.remark ?? null,
      source: await parts.source(tx, guide, externalUserId, known, follow),
      days: follow?.addedAtMs === undefined ? null : Math.max(0, shanghaiDaysBetween(follow.addedAtMs, clock.now())),
      ...(await present(tx, guide, externalUserId)),
      fields: await parts.fields(tx, guide, externalUserId),
      pinned: await parts.pinned(tx, guide, externalUserId),
      birthday: birthday === undefined ? null : birthdayView(birthday, clock.now()),
      tags: tagViews,
      groups: groupViews,
      welcome: welcomeView(await welcome.queries.ofCustomer(tx, externalUserId), guide.userId),
      otherGuides: guides,
      orders: bought,
      ...(await parts.habits(tx, guide, externalUserId, bought)),
      version: await versions.of(tx, externalUserId, known, follow),
    }
  }

  return { of, orderSummary, versions }
}
export type ProfileReader = ReturnType<typeof createProfile>

/** `原切西冷牛排 ×2、黑椒酱` */
const itemsText = (items: { name: string; quantity: number }[]): string =>
  items.map((item) => (item.quantity === 1 ? item.name : `${item.name} ×${item.quantity}`)).join('、')

const birthdayView = (birthday: Birthday, nowMs: number): Profile['birthday'] => ({
  date: birthdayText(birthday),
  daysUntil: daysUntilBirthday(birthday, shanghaiParts(nowMs)),
})

/** On the ladders of now, in their order. */
const tierViews = (standing: CustomerTier[], book: RuleBook): Profile['tiers'] =>
  [...book.ladders.values()].flatMap(({ name, levels }) => {
    const tier = standing.find((one) => one.ladder === name)
    if (tier === undefined) return []
    const { level, sinceMs, reason } = tier
    const isLowest = levels.at(-1)?.name === level
    const place = `${levels.length} 级里的第 ${levels.findIndex((one) => one.name === level) + 1} 级`
    return [{ ladder: name, level, isLowest, place, sinceMs, why: whyOf(reason, book) }]
  })

/** While it waits, what comes after the wait is what the guide wants to know. */
const journeyView = (journey: Journey): Profile['journeys'][number] => ({
  title: journey.title,
  next: plainNext(journey.next ?? journey.now),
  nextAtMs: journey.nextAtMs ?? null,
})

/** `guide`: the name of whoever put it on by hand. */
const tagView = ({ path, setBy, setAtMs, reason }: SetTag, guide: string, book: RuleBook): CustomerTag => ({
  name: path,
  byHand: setBy !== 'rule',
  setBy: { rule: '规则自动打上', guide: `${guide}手动打上`, wecom: '在企业微信里打上' }[setBy],
  setAtMs,
  why: reason === undefined ? null : whyOf(reason, book),
})

/** A branch that looks at facts says nothing to a guide before it is taken. */
const plainNext = (next: string | undefined): string | null =>
  next === undefined ? null : /^看.*再定$/.test(next) ? '到时按情况定下一步' : next
