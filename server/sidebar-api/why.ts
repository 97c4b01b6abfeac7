import type { Reason } from '../kernel/reason.ts'
import { KNOWN_FACTS } from '../rules/known-facts.ts'
import type { RuleBook } from '../rules/rule-book.ts'
import type { Why } from './contract.ts'

const KINDS: Record<string, string> = {
  channel: '渠道',
  welcome: '欢迎语',
  pool: '群池',
  sop: 'SOP',
  send: '群发',
  script: '话术',
  tags: '标签',
}

/** A stored reason in the words of the people who read it. */
export function whyOf(reason: Reason, book: Pick<RuleBook, 'sops'>): Why {
  const { rule, facts } = reason
  return {
    text: reason.text,
    rule:
      rule === undefined
        ? null
        : { title: `${KINDS[rule.kind] ?? rule.kind}「${titleOf(rule, book)}」`, version: rule.version },
    facts: Object.entries(facts ?? {}).flatMap(([path, value]) => {
      const text = factText(path, value)
      return text === undefined
        ? []
        : [{ label: KNOWN_FACTS.find((fact) => fact.path === path)?.zh ?? path, value: text }]
    }),
  }
}

/** SOPs are named by an id; people know them by their title. */
const titleOf = (rule: { kind: string; name: string }, book: Pick<RuleBook, 'sops'>): string =>
  (rule.kind === 'sop' ? book.sops.get(rule.name)?.title : undefined) ?? rule.name

function factText(path: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (Array.isArray(value)) return value.length === 0 ? '无' : value.map(String).join('、')
  if (typeof value === 'number' && KNOWN_FACTS.find((fact) => fact.path === path)?.type === 'money') {
    return `${(value / 100).toFixed(2).replace(/\.00$/, '')} 元`
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
