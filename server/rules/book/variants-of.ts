import type { FactShape } from '../condition/fact.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { Condition } from '../schema/condition.ts'
import type { ContentRule } from '../schema/content.ts'
import type { VariedContent } from '../schema/varied-content.ts'

/** What those get whom no `when` of a send holds for; no other version may be called so. */
export const OTHERWISE = '其余'

/** One version of what a send says. */
export interface Variant {
  name: string
  content: ContentRule
  /** Of `choose`; absent: for all who are left. */
  when?: Condition
  /** Of `split`: so many in a hundred. */
  weight?: number
}

export interface Variants {
  by: 'choose' | 'split'
  /** In the order in which they are written. */
  of: readonly Variant[]
  /** Of `split`: orders count so many days; absent: nobody has said. */
  days?: number
}

const wordsOf = ({ text, attachments }: ContentRule): ContentRule => ({
  ...(text === undefined ? {} : { text }),
  ...(attachments === undefined ? {} : { attachments }),
})

/** Every message that a send may say, in the order in which they are written; what is read of a wrong one, too. */
export const contentsOf = ({ choose = [], split, ...plain }: VariedContent): ContentRule[] => {
  const versions = [...choose.map((one) => ('otherwise' in one ? one.otherwise : one)), ...(split?.arms ?? [])]
  return versions.length === 0 ? [plain] : versions.map(wordsOf)
}

/** All its words, for whoever looks for something in them. */
export const allTextOf = (content: VariedContent): string =>
  contentsOf(content)
    .map(({ text = '' }) => text)
    .join('\n')

/** Undefined: all get the same. Of checked rules. */
export function variantsOf({ choose, split }: VariedContent, facts: readonly FactShape[]): Variants | undefined {
  if (choose !== undefined) {
    const of = choose.map(
      (one): Variant =>
        'otherwise' in one
          ? { name: OTHERWISE, content: wordsOf(one.otherwise) }
          : { name: one.variant, content: wordsOf(one), when: conditionOf(one.when, facts) },
    )
    return { by: 'choose', of }
  }
  if (split === undefined) return undefined
  const of = split.arms.map((one): Variant => ({ name: one.arm, content: wordsOf(one), weight: one.weight }))
  return { by: 'split', of, ...(split.days === undefined ? {} : { days: split.days }) }
}
