import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { dayNumber } from '../calendar/days-of-china.ts'
import { stepName } from '../group-sops/step-name.ts'
import type { CampaignRule, CampaignStep } from '../schema/campaign-rule.ts'

const PER_HOUR = HOUR_MS / MINUTE_MS

/** When a step comes, UTC milliseconds. */
export function timeOfStep(
  { date }: Pick<CampaignRule, 'date'>,
  { day, at }: Pick<CampaignStep, 'day' | 'at'>,
): number {
  const minutes = Number(at.slice(0, 2)) * PER_HOUR + Number(at.slice(3))
  return (dayNumber(date) + day) * DAY_MS + minutes * MINUTE_MS - 8 * HOUR_MS
}

/** When its first message goes out: what customers do from then on is what they do during the campaign. */
export const startOfCampaign = (campaign: CampaignRule): number =>
  Math.min(
    ...campaign.steps.filter(({ duty }) => duty === undefined).map((step) => timeOfStep(campaign, step)),
    timeOfStep(campaign, { day: 0, at: '00:00' }),
  )

/** The last instant of its last day; undefined: not said. */
export const endOfCampaign = (campaign: CampaignRule): number | undefined =>
  campaign.until === undefined ? undefined : timeOfStep(campaign, { day: campaign.until + 1, at: '00:00' }) - 1

export const nameOfStep = (
  { campaign }: Pick<CampaignRule, 'campaign'>,
  { step }: Pick<CampaignStep, 'step'>,
): string => stepName(campaign, step)

/** Stands where other rules have the day that something stands for: a step comes once, on whatever day that is. */
export const ONCE = 'once'

/** What comes once, at that time. */
export const comesAt =
  (atMs: number) =>
  (afterMs: number): number | undefined =>
    atMs > afterMs ? atMs : undefined
