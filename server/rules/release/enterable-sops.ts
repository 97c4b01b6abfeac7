import type { RuleBook, Sop } from '../book/rule-book.ts'

/** Every version that somebody may enter by now: canaries beside the versions that the others get. */
export const enterableSops = (book: RuleBook): Sop[] =>
  [...book.sops.values()].flatMap((sop) => (sop.canary === undefined ? [sop] : [sop, sop.canary.sop]))
