import type { RuleSources } from './book/bind-book.ts'
import type { NamedRule } from './book/rule-rename.ts'

export interface KnownMember {
  userId: string
  /** Undefined until WeCom has told it. */
  name: string | undefined
  hasLeft: boolean
}

export interface KnownDepartment {
  id: number
  /** Undefined where WeCom does not tell it. */
  name: string | undefined
}

/** What is known besides the files, on the server and where its database is at hand: against this rules are checked, too. */
export interface AtHand {
  /** By userid, former ones included; undefined until all members were read once. */
  staff: readonly KnownMember[] | undefined
  /** All departments in the app's sight; undefined until they were read once. */
  departments: readonly KnownDepartment[] | undefined
  /** Categories of goods that were ever ordered or looked at; empty: none are known. */
  categories: ReadonlySet<string>
  /** Names and codes of goods that were ordered or looked at lately; empty: none are known. */
  products: ReadonlySet<string>
  /** The rules that are in force; undefined: none were yet. */
  inForce: RuleSources | undefined
  /** Would anything be lost without this name? */
  isInUse(named: NamedRule): Promise<boolean>
}
