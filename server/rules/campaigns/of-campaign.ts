import { durationMs } from '../../core/kernel/duration-ms.ts'
import type { DutyPlan } from '../book/duty-plan.ts'
import type { Moment, Send } from '../book/rule-book.ts'
import { versionOf } from '../book/rule-version.ts'
import { contentsOf, variantsOf } from '../book/variants-of.ts'
import { DEFAULT_WITHIN } from '../calendar/duties-of-calendar.ts'
import type { FactShape } from '../condition/fact.ts'
import { GROUP_FACTS } from '../condition/group-facts.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { CampaignRule } from '../schema/campaign-rule.ts'
import { bothOf, momentRuleOf, sendRuleOf } from './rules-of-campaign.ts'
import { comesAt, endOfCampaign, nameOfStep, ONCE, startOfCampaign, timeOfStep } from './times-of-campaign.ts'

interface Written {
  file: string
  value: CampaignRule
}

const versionOfStep = (campaign: CampaignRule, rule: unknown): string =>
  versionOf([rule, campaign.dropOut ?? null, campaign.until ?? null])

/** The sends of a campaign: with the ledger, limits, yes, owners and results of any other send. */
export const sendsOfCampaign = ({ file, value }: Written, facts: readonly FactShape[]): Send[] =>
  value.steps.flatMap((step) => {
    const rule = sendRuleOf(value, step)
    if (rule === undefined) return []
    const atMs = timeOfStep(value, step)
    const next = comesAt(atMs)
    const { content } = rule
    const endMs = endOfCampaign(value)
    const send: Send = {
      name: rule.send,
      version: versionOfStep(value, rule),
      file,
      value: rule,
      audience: conditionOf(rule.audience, rule.to === 'groups' ? GROUP_FACTS : facts),
      variants: variantsOf(content, facts),
      occasions: {
        timing: `campaign ${atMs}`,
        contents: contentsOf(content),
        nextAfter: (afterMs) => {
          const comes = next(afterMs)
          return comes === undefined ? undefined : { date: ONCE, atMs: comes, content }
        },
      },
      campaign: {
        name: value.campaign,
        steps: value.steps.map((one) => nameOfStep(value, one)),
        startMs: startOfCampaign(value),
        ...(endMs === undefined ? {} : { endMs }),
        ...(value.dropOut === undefined ? {} : { dropOut: value.dropOut }),
        ...(value.holdOut === undefined ? {} : { isDrawn: true }),
      },
    }
    return [send]
  })

/** Its moments. WeCom chooses by guides and tags only, so that nobody can be left out of one. */
export const momentsOfCampaign = ({ file, value }: Written): Moment[] =>
  value.steps.flatMap((step) => {
    const rule = momentRuleOf(value, step)
    if (rule === undefined) return []
    const atMs = timeOfStep(value, step)
    const next = comesAt(atMs)
    const moment: Moment = {
      name: rule.moment,
      version: versionOfStep(value, rule),
      file,
      value: rule,
      occasions: {
        timing: `campaign ${atMs}`,
        nextAfter: (afterMs) => {
          const comes = next(afterMs)
          return comes === undefined ? undefined : { date: ONCE, atMs: comes }
        },
      },
    }
    return [moment]
  })

/** What it asks of staff: those whom the step names, or the owners of its groups. */
export const dutiesOfCampaign = ({ file, value }: Written): DutyPlan[] =>
  value.steps.flatMap((step) => {
    const { duty } = step
    if (duty === undefined) return []
    const atMs = timeOfStep(value, step)
    const next = comesAt(atMs)
    const occasion = { date: ONCE, atMs, happensAtMs: atMs, who: duty.who, script: duty.script }
    const plan: DutyPlan = {
      name: nameOfStep(value, step),
      version: versionOfStep(value, [value.groups ?? null, step]),
      file,
      value: value.enabled === undefined ? {} : { enabled: value.enabled },
      groups: duty.who === undefined ? conditionOf(bothOf(value.groups, step.only), GROUP_FACTS) : undefined,
      deed: {
        kind: 'ask',
        title: duty.title,
        evidence: duty.evidence,
        withinMs: durationMs(duty.within ?? DEFAULT_WITHIN),
        tell: duty.tell ?? [],
        isOfItsHour: false,
      },
      occasions: {
        timing: `campaign ${atMs}`,
        nextAfter: (afterMs) => (next(afterMs) === undefined ? undefined : occasion),
        on: () => occasion,
      },
    }
    return [plan]
  })
