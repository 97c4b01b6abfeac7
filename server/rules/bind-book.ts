import type { Draft, Drafts } from './draft.ts'
import type { FactShape } from './known-facts.ts'
import { conditionOf } from './parse-condition.ts'
import type { LibraryScript, Rule, RuleBook } from './rule-book.ts'
import { versionOf } from './rule-version.ts'
import type { Condition } from './schema/condition.ts'

/** The rule book of drafts in which no fault was found. */
export function bindBook(drafts: Drafts, facts: readonly FactShape[]): RuleBook {
  const understood = (written: unknown): Condition => conditionOf(written, facts)
  const channels = mapOf(drafts.channel.map(ruleOf))
  const welcomes = mapOf(drafts.welcome.map(ruleOf))
  const tags = drafts.tags.flatMap((draft) => draft.value.tags)
  const pools = mapOf(drafts.pool.map((draft) => ({ ...ruleOf(draft), entry: understood(draft.value.entry) })))
  const scripts = mapOf(scriptsOf(drafts, understood))
  const sops = mapOf(
    drafts.sop.map((draft) => ({ ...ruleOf(draft), title: draft.value.name, when: understood(draft.value.when) })),
  )
  const sends = mapOf(drafts.send.map((draft) => ({ ...ruleOf(draft), audience: understood(draft.value.audience) })))
  const versions = [channels, welcomes, pools, scripts, sops, sends].map((rules) =>
    [...rules.values()].map((rule: Rule<unknown>) => [rule.name, rule.version]),
  )
  return {
    version: versionOf([versions, tags]),
    channels,
    welcomes,
    defaultWelcome: [...welcomes.values()].find((rule) => rule.value.default === true),
    tags,
    pools,
    scripts,
    sops,
    sends,
  }
}

const mapOf = <One extends { name: string }>(rules: One[]): Map<string, One> =>
  new Map(rules.map((rule) => [rule.name, rule]))

const ruleOf = <Value>({ name, file, value }: Draft<Value>): Rule<Value> => ({
  name,
  version: versionOf(value),
  file,
  value,
})

function scriptsOf(drafts: Drafts, understood: (written: unknown) => Condition): LibraryScript[] {
  const written = drafts.scripts.flatMap(({ file, value: { domain, situations } }) =>
    situations.flatMap(({ situation, scripts }) => scripts.map((value) => ({ file, domain, situation, value }))),
  )
  return written.map(({ value, ...place }, order) => ({
    ...place,
    name: value.id,
    version: versionOf(value),
    value,
    order,
    forCondition: value.for === undefined ? undefined : understood(value.for),
  }))
}
