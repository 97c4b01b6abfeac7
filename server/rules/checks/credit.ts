import type { Draft } from '../files/draft.ts'
import type { CreditRule, CreditRules } from '../schema/credit-rules.ts'

/** Which rule can only be asked where these have had no answer: who was a friend has one for both questions about friends. */
const isAnsweredBy = (rule: CreditRule, earlier: CreditRule): boolean => {
  if (rule.to !== 'contact')
    return (
      earlier.to === rule.to ||
      (earlier.to === 'newest' && rule.to === 'first') ||
      (earlier.to === 'first' && rule.to === 'newest')
    )
  if (earlier.to !== 'contact') return false
  const isWide = earlier.by === undefined || rule.by?.every((kind) => earlier.by?.includes(kind)) === true
  return isWide && (earlier.days ?? 0) >= (rule.days ?? 0)
}

export function checkCredit(files: Draft<CreditRules>[]): void {
  for (const draft of files) {
    const rules = draft.value.credit
    for (const [index, rule] of rules.entries()) {
      const at = ['credit', index]
      if (draft.isLeftOut([...at, 'to'])) continue
      if (rule.to === 'contact' && rule.days === undefined && !draft.isLeftOut([...at, 'days'])) {
        draft.fault(at, '没有写多少天以内的联系才算', '写上 days，例如 days: 7')
      }
      for (const key of ['days', 'by'] as const) {
        if (rule.to !== 'contact' && rule[key] !== undefined) {
          draft.fault([...at, key], `只有 to: contact 才能写 ${key}`, '删掉这一行', 'key')
        }
      }
      const earlier = rules.findIndex(
        (one, nth) => nth < index && !draft.isLeftOut(['credit', nth]) && isAnsweredBy(rule, one),
      )
      if (earlier >= 0) {
        draft.fault(
          [...at, 'to'],
          `轮不到这一条：第 ${earlier + 1} 条答不出来的，这一条也答不出来`,
          '删掉这一条，或者放到前面',
        )
      }
    }
  }
}
