import type { CampaignRule, CampaignStep } from '../schema/campaign-rule.ts'
import type { ConditionText } from '../schema/condition.ts'
import type { MomentRule, SendRule } from '../schema/rule-files.ts'
import { nameOfStep } from './times-of-campaign.ts'

/** As written, of those whom the campaign is for and those of them whom the step is for. */
export const bothOf = (shared: ConditionText | undefined, own: ConditionText | undefined): ConditionText =>
  own === undefined ? (shared ?? {}) : { all: [shared ?? {}, own] }

/** Without what nobody has written. */
const written = <Rule>(given: { [Key in keyof Rule]?: Rule[Key] | undefined }): Partial<Rule> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Rule>

/** A step as the send that it stands for, `at` its time; undefined where it is none. */
export function sendRuleOf(campaign: CampaignRule, step: CampaignStep): SendRule | undefined {
  const content = step.send ?? step.groupSend
  if (content === undefined) return undefined
  const { audience, groups, guides, senders, holdOut, kind, evenSo, priority, ifCrowded, approval, enabled } = campaign
  const toGroups = step.groupSend !== undefined
  const given = {
    kind,
    evenSo,
    priority,
    ifCrowded,
    approval,
    enabled,
    ...(toGroups ? {} : { guides, senders, holdOut }),
  }
  return {
    send: nameOfStep(campaign, step),
    audience: bothOf(toGroups ? groups : audience, step.only),
    content,
    ...(toGroups ? { to: 'groups' as const } : {}),
    ...written<SendRule>(given),
  }
}

/** A step as the moment that it stands for; undefined where it is none. */
export function momentRuleOf(campaign: CampaignRule, step: CampaignStep): MomentRule | undefined {
  if (step.moment === undefined) return undefined
  const { tags, ...content } = step.moment
  const { guides, approval, enabled } = campaign
  return { moment: nameOfStep(campaign, step), content, ...written<MomentRule>({ tags, guides, approval, enabled }) }
}
