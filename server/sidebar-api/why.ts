import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Reason } from '../core/kernel/reason.ts'
import { factsSeen } from '../operations/sop/model/facts-text.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'
import type { SeenFact, Why } from './contract.ts'
import { guideWords } from './guide-words.ts'

const KINDS: Record<string, string> = {
  channel: '渠道',
  welcome: '欢迎语',
  pool: '群池',
  sop: '跟进计划',
  ladder: '分层规则',
  send: '群发',
  moment: '朋友圈',
  script: '话术',
  tags: '标签',
}

/** A stored reason in the words of the people who read it. */
export function whyOf(reason: Reason, book: Pick<RuleBook, 'sops'>): Why {
  const { rule, facts } = reason
  return {
    text: guideWords(reason.text),
    rule:
      rule === undefined
        ? null
        : { title: `${KINDS[rule.kind] ?? rule.kind}「${titleOf(rule, book)}」`, version: rule.version },
    facts: factsOf(facts ?? {}, book),
  }
}

/** What is not known says nothing to a guide. */
export function factsOf(seen: Record<string, unknown>, book: Pick<RuleBook, 'sops'>): SeenFact[] {
  const known = Object.entries(seen).filter(([, value]) => value !== null && value !== undefined)
  const named = known.map(([path, value]): [string, unknown] => [
    path,
    path.startsWith('sops.') && Array.isArray(value) ? value.map((name) => book.sops.get(name)?.title ?? name) : value,
  ])
  return factsSeen(Object.fromEntries(named), VOCABULARY.facts).map(({ label, value }) =>
    withUnit({ label: guideWords(label), value }),
  )
}

/** `距最近付款天数 31` is how rules ask; people say 距最近付款 31 天. */
export function withUnit({ label, value }: SeenFact): SeenFact {
  const [, of, unit] = /^(.+?)的?(天|小时)数$/.exec(label) ?? []
  if (of === undefined || unit === undefined || !/^\d+$/.test(value)) return { label, value }
  return { label: of, value: value === '0' ? `不到 1 ${unit}` : `${value} ${unit}` }
}

/** SOPs are named by an id; people know them by their title. */
const titleOf = (rule: { kind: string; name: string }, book: Pick<RuleBook, 'sops'>): string =>
  (rule.kind === 'sop' ? book.sops.get(rule.name)?.title : undefined) ?? rule.name
