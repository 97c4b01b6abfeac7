import type { CampaignPart } from '../../rules/book/rule-book.ts'
import type { Variants } from '../../rules/book/variants-of.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import type { GroupSopRule } from '../../rules/schema/group-sop-rule.ts'
import type { SendRule } from '../../rules/schema/rule-files.ts'
import type { VariedContent } from '../../rules/schema/varied-content.ts'
import type { Learned } from './learned.ts'
import type { ChatType } from './send-states.ts'
import type { RunRow } from './send-tables.ts'

/** The rule as it stood when the run was planned: later edits do not change a run. */
export interface SendSnapshot {
  audience: Condition
  /** As written. */
  content: VariedContent
  /** Who gets which version; absent: all get the same. */
  variants?: Variants
  guides: string[] | undefined
  /** WeCom chooses who sends to each. */
  senders?: SendRule['senders']
  /** Nothing goes out before a second person has said yes. */
  needsApproval?: boolean
  /** So many in a hundred of those who would get it do not, and are watched for so many days. */
  holdOut?: HoldOut | undefined
  /** Those without a place are looked at again each day until then, UTC milliseconds; absent: they are left out. */
  laterUntilMs?: number
  /** Each group gets it once; judged as of the time that it is due at. */
  once?: GroupSopRule['from'] | undefined
  /** What it shares with the other steps of its campaign. `sinceMs`: what customers did counts since then; `drawnAs`: the name that it
   *  had when its first step was looked at, where that was another. */
  campaign?: Pick<CampaignPart, 'name' | 'dropOut'> & { sinceMs: number; drawnAs?: string }
  /** What it was expected to bring, when it was opened; a run of an earlier release has none. */
  learned?: Learned
}

/** Whom a rule is for, as WeCom calls it. */
export const chatTypeOf = ({ to }: Pick<SendRule, 'to'>): ChatType => (to === 'groups' ? 'group' : 'single')

export type HoldOut = NonNullable<SendRule['holdOut']>

/** What another capability asked for: it named the recipients itself. */
export interface AskedSnapshot {
  content: ContentRule
  /** The rule that asked. */
  rule: RuleRef
  /** Not confirmed by then: cancelled. UTC milliseconds. */
  giveUpAtMs: number
}

export interface RuleRef {
  kind: string
  name: string
  version: string
}

/** The rule that a run goes by. */
export const ruleOf = (run: Pick<RunRow, 'rule_json' | 'send_name' | 'rule_version'>): RuleRef =>
  (JSON.parse(run.rule_json) as Partial<AskedSnapshot>).rule ?? {
    kind: 'send',
    name: run.send_name,
    version: run.rule_version,
  }
