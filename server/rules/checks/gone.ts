import type { RuleSources } from '../book/bind-book.ts'
import type { RuleFault } from '../files/rule-fault.ts'
import { KINDS, RULE_KINDS, type RuleKind } from '../files/rule-kinds.ts'

/** A rule that is in force and that the files no longer have. */
export interface GoneRule {
  /** Which rule it is, for `ruleKeys`. */
  key: string
  /** 话术「join-paid」 */
  zh: string
  /** Where it stood. */
  file: string
}

/** What the files no longer have of the rules in force, renames apart: a file deleted by mistake, or one that a deployment has
 *  not brought yet, looks like one deleted on purpose. */
export function goneRules(inForce: RuleSources, now: RuleSources): GoneRule[] {
  const has = ruleKeys(now)
  return RULE_KINDS.flatMap((kind) =>
    namesIn(inForce, kind)
      .filter((one) => !has.has(keyOf(one)))
      .map((one) => {
        const zh = one.name === '' ? KINDS[kind].zh : `${kind === 'tags' ? '标签组' : KINDS[kind].zh}「${one.name}」`
        return { key: keyOf(one), zh, file: one.file }
      }),
  )
}

/** Which rules there are, under their names of before as well. */
export const ruleKeys = (sources: RuleSources): ReadonlySet<string> =>
  new Set(RULE_KINDS.flatMap((kind) => [...namesIn(sources, kind), ...formerIn(sources, kind)].map(keyOf)))

interface Named {
  kind: RuleKind
  name: string
  file: string
}

const keyOf = ({ kind, name }: Pick<Named, 'kind' | 'name'>): string => `${kind} ${name}`

/** What a book of an earlier release lacks is not gone. */
function namesIn(sources: RuleSources, kind: RuleKind): Named[] {
  switch (kind) {
    case 'scripts':
      return sources.scripts.flatMap(({ file, value }) =>
        value.situations.flatMap(({ scripts }) => scripts.map(({ id }) => ({ kind, name: id, file }))),
      )
    case 'tags':
      return sources.tags.flatMap(({ file, value }) => value.tags.map(({ group }) => ({ kind, name: group, file })))
    case 'policy':
      return (sources.policy ?? []).map(({ file }) => ({ kind, name: '', file }))
    default:
      return (sources[kind] ?? []).map(({ name, file }) => ({ kind, name, file }))
  }
}

/** The names that these rules had before, as their `was` says. */
function formerIn(sources: RuleSources, kind: RuleKind): Pick<Named, 'kind' | 'name'>[] {
  const renamed =
    kind === 'tags' ? sources.tags.flatMap(({ value }) => value.tags) : (sources[kind] ?? []).map(({ value }) => value)
  return renamed.flatMap((value) =>
    'was' in value && typeof value.was === 'string' ? [{ kind, name: value.was }] : [],
  )
}

/** As advice: it may be meant. */
export const goneAdvice = ({ zh, file }: GoneRule): RuleFault => ({
  file,
  line: 1,
  column: 1,
  message: `${zh}正在用，文件里已经没有了`,
  suggestion: '误删就恢复它；真的不要了，不用管这一条',
})
