import { stepName } from '../group-sops/step-name.ts'
import type { CampaignRule } from '../schema/campaign-rule.ts'
import type { GroupSopRule } from '../schema/group-sop-rule.ts'
import type { InterceptRule } from '../schema/intercept-rule.ts'
import type {
  ChannelRule,
  LadderRule,
  MomentRule,
  PoolRule,
  SendRule,
  SopRule,
  TagRules,
} from '../schema/rule-files.ts'
import type { RuleRename } from './rule-rename.ts'

interface Written<Value> {
  value: Value
}

interface Named {
  tags: Written<TagRules>[]
  channel: Written<ChannelRule>[]
  pool: Written<PoolRule>[]
  sop: Written<SopRule>[]
  send: Written<SendRule>[]
  /** A book that an earlier release stored has none. */
  ladder: Written<LadderRule>[] | undefined
  groupSop: Written<GroupSopRule>[] | undefined
  moment: Written<MomentRule>[] | undefined
  intercept: Written<InterceptRule>[] | undefined
  campaign: Written<CampaignRule>[] | undefined
}

/** Every `was` of these rules; what is around something is renamed before what is inside it. */
export function renamesIn({
  tags,
  channel,
  pool,
  sop,
  send,
  ladder,
  groupSop,
  moment,
  intercept,
  campaign,
}: Named): RuleRename[] {
  const groups = tags.flatMap((draft) => draft.value.tags)
  return [
    ...groups.flatMap(({ group, was }) => renamed({ kind: 'tag-group' }, was, group)),
    ...groups.flatMap(({ group, names }) =>
      names.flatMap((one) =>
        typeof one === 'string' ? [] : renamed({ kind: 'tag', within: group }, one.was, one.name),
      ),
    ),
    ...channel.flatMap(({ value }) => renamed({ kind: 'channel' }, value.was, value.channel)),
    ...pool.flatMap(({ value }) => renamed({ kind: 'pool' }, value.was, value.pool)),
    ...sop.flatMap(({ value }) => renamed({ kind: 'sop' }, value.was, value.sop)),
    ...send.flatMap(({ value }) => renamed({ kind: 'send' }, value.was, value.send)),
    ...(ladder ?? []).flatMap(({ value }) => renamed({ kind: 'ladder' }, value.was, value.ladder)),
    ...(ladder ?? []).flatMap(({ value }) =>
      value.levels.flatMap((level) => renamed({ kind: 'level', within: value.ladder }, level.was, level.level)),
    ),
    ...(moment ?? []).flatMap(({ value }) => renamed({ kind: 'moment' }, value.was, value.moment)),
    ...(intercept ?? []).flatMap(({ value }) => renamed({ kind: 'intercept' }, value.was, value.intercept)),
    ...(groupSop ?? []).flatMap(({ value: { groupSop: now, was, steps } }) =>
      stepsRenamed('group-step', { now, was, steps }),
    ),
    ...(campaign ?? []).flatMap(({ value: { campaign: now, was, steps } }) =>
      stepsRenamed('campaign-step', { now, was, steps }),
    ),
  ]
}

/** Under every name that it may have had: the file and the step may be renamed one after the other. */
const stepsRenamed = (
  kind: 'group-step' | 'campaign-step',
  { now, was, steps }: { now: string; was: string | undefined; steps: readonly { step: string; was?: string }[] },
): RuleRename[] =>
  steps.flatMap(({ step, was: stepWas }) =>
    [was ?? now, now]
      .flatMap((whole) => [stepWas ?? step, step].map((one) => stepName(whole, one)))
      .filter((from, n, all) => from !== stepName(now, step) && all.indexOf(from) === n)
      .map((from) => ({ kind, from, to: stepName(now, step) })),
  )

type What = RuleRename extends infer One ? (One extends RuleRename ? Omit<One, 'from' | 'to'> : never) : never

const renamed = (what: What, from: string | undefined, to: string): RuleRename[] =>
  from === undefined ? [] : [{ ...what, from, to } as RuleRename]
