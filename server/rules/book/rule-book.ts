import type { Occasion } from '../calendar/occasions.ts'
import type { CampaignRule } from '../schema/campaign-rule.ts'
import type { Condition } from '../schema/condition.ts'
import type { ContentRule } from '../schema/content.ts'
import type { CreditRule } from '../schema/credit-rules.ts'
import type { GroupSopRule } from '../schema/group-sop-rule.ts'
import type { InterceptRule } from '../schema/intercept-rule.ts'
import type { LevelRule } from '../schema/ladder-rule.ts'
import type { ProfileField } from '../schema/profile-rules.ts'
import type { RfmRule } from '../schema/rfm-rule.ts'
import type {
  ChannelRule,
  LadderRule,
  MomentRule,
  PolicyRule,
  PoolRule,
  RoleGrant,
  ScriptRule,
  SendRule,
  ShopRule,
  SopRule,
  WebhookRule,
  WelcomeRule,
} from '../schema/rule-files.ts'
import type { BoundCondition, BoundStep } from './bound-step.ts'
import type { Catalogue } from './catalogue.ts'
import type { DutyPlan } from './duty-plan.ts'
import type { RuleRename } from './rule-rename.ts'
import type { TagGroup } from './tag-groups.ts'
import type { Variants } from './variants-of.ts'

/** One rule as it stands in a file. */
export interface Rule<Value> {
  /** The name by which other rules and people call it. */
  name: string
  /** First 12 hex digits of the SHA-256 of the parsed rule: the version that decisions are explained with. */
  version: string
  /** Path below the config folder, e.g. `sop/新客首单.yaml`. */
  file: string
  value: Value
}

export interface LibraryScript extends Rule<ScriptRule> {
  /** The script's id. */
  name: string
  domain: string
  situation: string
  /** Position in the whole library, for stable order. */
  order: number
  forCondition: Condition | undefined
}

export interface Pool extends Rule<PoolRule> {
  entry: Condition
}

export interface Send extends Rule<SendRule> {
  /** About customers, or, where the rule says `to: groups`, about groups (GROUP_FACTS). */
  audience: Condition
  /** When it comes, and with which words, where a calendar says so in place of `at` and `cron`. */
  occasions?: {
    /** Differs when its times do. */
    timing: string
    /** All that it may say, but for what is filled in. */
    contents: readonly ContentRule[]
    /** Each group gets it once, for each time that it was made, or came into its pool. Judged as of its time; one at which it is for none
     *  leaves no trace. */
    once?: GroupSopRule['from']
    nextAfter(afterMs: number): Occasion | undefined
  }
  /** Who gets which version of it; absent: all get the same. */
  variants?: Variants | undefined
  /** What it is a step of. */
  campaign?: CampaignPart
}

/** What the steps of a campaign share. */
export interface CampaignPart {
  name: string
  /** The names of all its steps, its own among them. */
  steps: readonly string[]
  /** When its first message goes out, as it is planned now; UTC milliseconds. */
  startMs: number
  /** Nobody is looked at again after it. */
  endMs?: number
  /** Who has done it since gets no further step. */
  dropOut?: NonNullable<CampaignRule['dropOut']>
  /** Some people are held out of it: they are drawn by its first name. */
  isDrawn?: true
}

/** A moment (朋友圈) of the corp. */
export interface Moment extends Rule<MomentRule> {
  /** When it comes, where a campaign says so in place of `at` and `cron`; `date`: what it stands for, however it is moved. */
  occasions?: { timing: string; nextAfter(afterMs: number): { date: string; atMs: number } | undefined }
}

/** One version of a journey, for those who are inside it. */
export interface SopVersion {
  /** The rule's `sop` id is its name; `title` is what people read. */
  name: string
  version: string
  title: string
  value: SopRule
  /** Whom it is for. */
  when: BoundCondition
  /** Those of `value`, with their conditions understood. */
  steps: BoundStep[]
  /** The facts that its conditions look at. */
  factPaths: string[]
}

/** A version that people may enter. */
export interface Sop extends SopVersion, Rule<SopRule> {
  name: string
  version: string
  value: SopRule
  when: Condition
  /** What the trigger itself asks of those for whom it looks; nothing when events begin the journey. */
  own: Condition
  /** Another version of it that a share of new entrants gets; those inside never change over by it. */
  canary?: Canary
  /** Is itself the version that only a share gets. */
  isCanary?: true
  /** What it was called first, where that is not its name: no other journey has it. Its hold-out is drawn and its entries are keyed
   *  by it. */
  firstName?: string
}

export interface Canary {
  sop: Sop
  /** Of new entrants, 0 to 100. */
  percent: number
  /** Nobody gets the other version: there is no earlier one. */
  isOnly: boolean
}

export interface Level {
  name: string
  /** To rise into it; `keep`: to stay. Undefined: as the rule's docs say. */
  when: Condition | undefined
  keep: Condition | undefined
  value: LevelRule
}

export interface Ladder extends Rule<LadderRule> {
  /** Best first; everybody is at least on the last. */
  levels: readonly Level[]
}

/** All rules of one config folder, checked together; never changed, only replaced by the next good one. */
export interface RuleBook {
  /** Hash over all rules. */
  version: string
  channels: ReadonlyMap<string, Rule<ChannelRule>>
  welcomes: ReadonlyMap<string, Rule<WelcomeRule>>
  defaultWelcome: Rule<WelcomeRule> | undefined
  /** Group name to tag names, in file order. */
  tags: readonly TagGroup[]
  pools: ReadonlyMap<string, Pool>
  scripts: ReadonlyMap<string, LibraryScript>
  /** In the holder's book: each in the version that is released, which may be an earlier one than that of the files. */
  sops: ReadonlyMap<string, Sop>
  sends: ReadonlyMap<string, Send>
  /** To-dos for staff without a customer. */
  duties: ReadonlyMap<string, DutyPlan>
  /** Moments (朋友圈) of the corp. */
  moments: ReadonlyMap<string, Moment>
  /** Words that members may not write, kept at the platform. */
  intercepts: ReadonlyMap<string, Rule<InterceptRule>>
  webhooks: ReadonlyMap<string, Rule<WebhookRule>>
  /** Connections of shops, by the name that people read. */
  shops: ReadonlyMap<string, Rule<ShopRule>>
  /** What holds for all of them; empty without a policy file. */
  policy: PolicyRule
  ladders: ReadonlyMap<string, Ladder>
  /** Who sees more than their own customers; empty: nobody. */
  roles: readonly RoleGrant[]
  /** What is kept about customers besides, in the order of the file. */
  fields: readonly ProfileField[]
  /** Whose an order is, asked from above; empty: nobody's. */
  credit: readonly CreditRule[]
  /** How R, F and M are measured and what their groups are called; undefined: fifths of all time, without names. */
  rfm: { value: RfmRule; version: string } | undefined
  /** Which category goods belong to and what they are there for. */
  catalogue: Catalogue
  campaigns: ReadonlyMap<string, Rule<CampaignRule>>
  /** What was called otherwise before. */
  renames: readonly RuleRename[]
}

/** Gives the rules in force; the reference changes at once when good new files are found. */
export interface RuleBookHolder {
  current(): RuleBook
  /** Called after each change with the new book. */
  onChange(listener: (book: RuleBook) => void): void
}
