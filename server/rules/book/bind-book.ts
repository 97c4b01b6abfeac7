import { setImmediate as nextTurn } from 'node:timers/promises'
import { dutiesOfCalendar } from '../calendar/duties-of-calendar.ts'
import { sendsOfCalendar } from '../calendar/sends-of-calendar.ts'
import { dutiesOfCampaign, momentsOfCampaign, sendsOfCampaign } from '../campaigns/of-campaign.ts'
import type { FactShape } from '../condition/fact.ts'
import { GROUP_FACTS } from '../condition/group-facts.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { Drafts } from '../files/draft.ts'
import { forEachKind } from '../files/rule-kinds.ts'
import { dutiesOfGroupSop, sendsOfGroupSop } from '../group-sops/of-group-sop.ts'
import type { Condition } from '../schema/condition.ts'
import type { SendRule } from '../schema/rule-files.ts'
import { sopOf } from './bind-sop.ts'
import { createCatalogue } from './catalogue.ts'
import { renamesIn } from './renames-in.ts'
import type { Ladder, LibraryScript, Moment, Rule, RuleBook, Send } from './rule-book.ts'
import { versionOf } from './rule-version.ts'
import { tagGroupOf } from './tag-groups.ts'
import { variantsOf } from './variants-of.ts'

/** The parsed rules of a good folder, as they stand in its files; plain JSON, so that it can be stored. */
export type RuleSources = { [Kind in keyof Drafts]: Pick<Drafts[Kind][number], 'name' | 'file' | 'value'>[] }

export function sourcesOf(drafts: Drafts): RuleSources {
  const plain = forEachKind((kind) => drafts[kind].map(({ name, file, value }) => ({ name, file, value })))
  // Each kind keeps its own value, which the compiler cannot follow through a record of all of them.
  return plain as RuleSources
}

/** The rule book of rules in which no fault was found. Throws rules.condition-invalid when a stored condition asks for
 *  a fact that is no longer known. Gives the event loop turns. */
export async function bindBook(drafts: RuleSources, facts: readonly FactShape[]): Promise<RuleBook> {
  const understood = (written: unknown): Condition => conditionOf(written, facts)
  const channels = mapOf(await inTurns(drafts.channel, ruleOf))
  const welcomes = mapOf(await inTurns(drafts.welcome, ruleOf))
  const tags = drafts.tags.flatMap((draft) => draft.value.tags.map(tagGroupOf))
  const renames = renamesIn(drafts)
  const pools = mapOf(
    await inTurns(drafts.pool, (draft) => ({ ...ruleOf(draft), entry: understood(draft.value.entry) })),
  )
  const scripts = mapOf(await scriptsOf(drafts.scripts, understood))
  const sops = mapOf(await inTurns(drafts.sop, (draft) => sopOf(draft, facts)))
  const sends = mapOf([
    ...(await inTurns(drafts.send, (draft) => sendOf(draft, facts))),
    // A book that an earlier release stored has none of these, nor of those below.
    ...(await inTurns(drafts.calendar ?? [], sendsOfCalendar)).flat(),
    ...(await inTurns(drafts.groupSop ?? [], sendsOfGroupSop)).flat(),
    ...(await inTurns(drafts.campaign ?? [], (draft) => sendsOfCampaign(draft, facts))).flat(),
  ])
  const duties = mapOf([
    ...(await inTurns(drafts.calendar ?? [], dutiesOfCalendar)).flat(),
    ...(await inTurns(drafts.groupSop ?? [], dutiesOfGroupSop)).flat(),
    ...(await inTurns(drafts.campaign ?? [], dutiesOfCampaign)).flat(),
  ])
  const moments = mapOf<Moment>([
    ...(await inTurns(drafts.moment ?? [], ruleOf)),
    ...(await inTurns(drafts.campaign ?? [], momentsOfCampaign)).flat(),
  ])
  const campaigns = mapOf(await inTurns(drafts.campaign ?? [], ruleOf))
  const intercepts = mapOf(await inTurns(drafts.intercept ?? [], ruleOf))
  const webhooks = mapOf(await inTurns(drafts.webhook ?? [], ruleOf))
  const shops = mapOf(await inTurns(drafts.shop ?? [], ruleOf))
  const policy = drafts.policy?.[0]?.value ?? {}
  const ladders = mapOf(await inTurns(drafts.ladder ?? [], (draft) => ladderOf(draft, understood)))
  const roles = drafts.roles?.[0]?.value.roles ?? []
  const credit = drafts.credit?.[0]?.value.credit ?? []
  const rfm = drafts.rfm?.[0]?.value.rfm
  const products = drafts.products?.[0]?.value.products ?? []
  const fields = drafts.profile?.[0]?.value.fields ?? []
  const versions = [
    channels,
    welcomes,
    pools,
    scripts,
    sops,
    sends,
    moments,
    webhooks,
    shops,
    ladders,
    duties,
    intercepts,
    campaigns,
  ].map((rules) =>
    [...rules.values()].map((rule: Pick<Rule<unknown>, 'name' | 'version'>) => [rule.name, rule.version]),
  )
  const places = [...scripts.values()].map(({ domain, situation }) => [domain, situation])
  const rollouts = [...sops.values()].map(({ value }) => value.rollout ?? null)
  return {
    version: versionOf([
      versions,
      places,
      tags,
      policy,
      rollouts,
      ...renames,
      ...roles,
      ...fields,
      ...credit,
      ...products,
      ...(rfm === undefined ? [] : [{ rfm }]),
    ]),
    channels,
    welcomes,
    defaultWelcome: [...welcomes.values()].find((rule) => rule.value.default === true),
    tags,
    pools,
    scripts,
    sops,
    sends,
    duties,
    moments,
    intercepts,
    webhooks,
    shops,
    policy,
    ladders,
    roles,
    fields,
    credit,
    rfm: rfm === undefined ? undefined : { value: rfm, version: versionOf(rfm) },
    campaigns,
    catalogue: createCatalogue(products, versionOf(products)),
    renames,
  }
}

const sendOf = (draft: RuleSources['send'][number], facts: readonly FactShape[]): Send => ({
  ...ruleOf(draft),
  audience: audienceOf(draft.value, facts),
  variants: variantsOf(draft.value.content, facts),
})

/** Of customers, or of groups. */
const audienceOf = ({ to, audience }: SendRule, facts: readonly FactShape[]): Condition =>
  conditionOf(audience, to === 'groups' ? GROUP_FACTS : facts)

const AT_ONCE = 20

async function inTurns<Draft, Made>(drafts: readonly Draft[], make: (draft: Draft) => Made): Promise<Made[]> {
  const made: Made[] = []
  for (const draft of drafts) {
    made.push(make(draft))
    if (made.length % AT_ONCE === 0) await nextTurn()
  }
  return made
}

const mapOf = <One extends { name: string }>(rules: One[]): Map<string, One> =>
  new Map(rules.map((rule) => [rule.name, rule]))

const ruleOf = <Value>({ name, file, value }: Omit<Rule<Value>, 'version'>): Rule<Value> => ({
  name,
  version: versionOf(value),
  file,
  value,
})

const ladderOf = (draft: RuleSources['ladder'][number], understood: (written: unknown) => Condition): Ladder => ({
  ...ruleOf(draft),
  levels: draft.value.levels.map((value) => ({
    name: value.level,
    when: value.when === undefined ? undefined : understood(value.when),
    keep: value.keep === undefined ? undefined : understood(value.keep),
    value,
  })),
})

async function scriptsOf(
  files: RuleSources['scripts'],
  understood: (written: unknown) => Condition,
): Promise<LibraryScript[]> {
  const found: LibraryScript[] = []
  for (const { file, value } of files) {
    for (const { situation, scripts } of value.situations) {
      for (const script of scripts) {
        found.push({
          name: script.id,
          version: versionOf(script),
          file,
          value: script,
          domain: value.domain,
          situation,
          order: found.length,
          forCondition: script.for === undefined ? undefined : understood(script.for),
        })
      }
    }
    await nextTurn()
  }
  return found
}
