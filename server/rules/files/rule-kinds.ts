import type { TSchema } from 'typebox'
import { CalendarRule } from '../schema/calendar-rule.ts'
import { CampaignRule } from '../schema/campaign-rule.ts'
import { CreditRules } from '../schema/credit-rules.ts'
import { GroupSopRule } from '../schema/group-sop-rule.ts'
import { InterceptRule } from '../schema/intercept-rule.ts'
import { ProductRules } from '../schema/product-rules.ts'
import { ProfileRules } from '../schema/profile-rules.ts'
import { RfmRules } from '../schema/rfm-rule.ts'
import {
  ChannelRule,
  LadderRule,
  MomentRule,
  PolicyRule,
  PoolRule,
  RoleRules,
  ScriptRules,
  SendRule,
  ShopRule,
  SopRule,
  TagRules,
  WebhookRule,
  WelcomeRule,
} from '../schema/rule-files.ts'

interface KindOfRule {
  /** Where it lives below the config folder: a folder of many (`sop/`), or the one file (`tags.yaml`). */
  place: string
  /** The key under which a rule of the kind says its name, and what it is. */
  key: string
  /** What people call it. */
  zh: string
  /** What the editor's schema is headed with. */
  title: string
  shape: TSchema
  /** Exactly one of `at` and `cron` stands in it. */
  isTimed?: true
}

/** The one list of what rules there are; whatever is said once for each kind follows from it. What a kind means is said by its
 *  check (check-rules.ts) and by what the book makes of it (bind-book.ts). In the order in which people are told of them. */
export const KINDS = {
  channel: { place: 'channels/', key: 'channel', zh: '渠道', title: '渠道（活码）', shape: ChannelRule },
  welcome: { place: 'welcomes/', key: 'welcome', zh: '欢迎语', title: '欢迎语', shape: WelcomeRule },
  tags: { place: 'tags.yaml', key: 'tags', zh: '标签', title: '企业标签', shape: TagRules },
  pool: { place: 'groups/', key: 'pool', zh: '群池', title: '群池', shape: PoolRule },
  scripts: { place: 'scripts/', key: 'domain', zh: '话术', title: '话术库', shape: ScriptRules },
  sop: { place: 'sop/', key: 'sop', zh: 'SOP', title: 'SOP', shape: SopRule },
  send: { place: 'sends/', key: 'send', zh: '群发', title: '定时群发', shape: SendRule, isTimed: true },
  moment: { place: 'moments/', key: 'moment', zh: '朋友圈', title: '企业朋友圈', shape: MomentRule, isTimed: true },
  webhook: { place: 'webhooks/', key: 'webhook', zh: '事件转发', title: '事件转发', shape: WebhookRule },
  shop: { place: 'shops/', key: 'shop', zh: '店铺', title: '店铺连接', shape: ShopRule },
  policy: { place: 'policy.yaml', key: 'policy', zh: '通用规矩', title: '通用规矩', shape: PolicyRule },
  ladder: { place: 'tiers/', key: 'ladder', zh: '梯子', title: '分层（梯子）', shape: LadderRule },
  intercept: { place: 'intercepts/', key: 'intercept', zh: '敏感词', title: '敏感词', shape: InterceptRule },
  roles: { place: 'roles.yaml', key: 'roles', zh: '角色', title: '角色', shape: RoleRules },
  profile: { place: 'profile.yaml', key: 'fields', zh: '客户资料字段', title: '客户资料字段', shape: ProfileRules },
  credit: { place: 'credit.yaml', key: 'credit', zh: '业绩归属', title: '业绩归属', shape: CreditRules },
  products: { place: 'products.yaml', key: 'products', zh: '商品目录', title: '商品目录', shape: ProductRules },
  rfm: { place: 'rfm.yaml', key: 'rfm', zh: 'RFM 分组', title: 'RFM 分组', shape: RfmRules },
  calendar: { place: 'calendar/', key: 'calendar', zh: '社群日历', title: '社群日历', shape: CalendarRule },
  groupSop: { place: 'group-sops/', key: 'groupSop', zh: '群 SOP', title: '群 SOP', shape: GroupSopRule },
  campaign: { place: 'campaigns/', key: 'campaign', zh: '活动', title: '活动', shape: CampaignRule },
} as const satisfies Record<string, KindOfRule>

export type RuleKind = keyof typeof KINDS
export const RULE_KINDS = Object.keys(KINDS) as readonly RuleKind[]

export const kindOfRule = (kind: RuleKind): KindOfRule => KINDS[kind]

/** Of which there is one file in the config folder itself, and in it one part. */
export const isSingle = (kind: RuleKind): boolean => !KINDS[kind].place.endsWith('/')

/** Something of every kind. */
export const forEachKind = <Value>(make: (kind: RuleKind) => Value): Record<RuleKind, Value> =>
  Object.fromEntries(RULE_KINDS.map((kind) => [kind, make(kind)])) as Record<RuleKind, Value>
