import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { GroupSopRule, GroupSopStep } from '../schema/group-sop-rule.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import { type CheckContext, checkDoubles, checkName } from './check-context.ts'
import { checkContent } from './content.ts'
import { checkDuty } from './duties.ts'
import { isWithin } from './quiet.ts'

type SopDraft = Draft<GroupSopRule>
const DEEDS = ['send', 'duty', 'tag'] as const

/** What group SOPs send and ask for, by name. */
export const namesOfGroupSops = (drafts: readonly SopDraft[]): string[] =>
  drafts.flatMap(({ value: { groupSop, steps } }) => steps.map(({ step }) => `${groupSop}·${step}`))

/** `taken`: names of sends and of what calendars send. */
export function checkGroupSops(
  context: CheckContext,
  drafts: readonly SopDraft[],
  { policy, taken }: { policy: PolicyRule | undefined; taken: ReadonlySet<string> },
): void {
  for (const draft of drafts) {
    const { groupSop, pools, steps, when } = draft.value
    for (const [index, pool] of pools.entries()) checkName(context, draft, ['pools', index], 'pool', pool)
    if (when !== undefined) draft.condition(['when'], when, 'groups')
    const seen = new Set<string>()
    for (const [index, step] of steps.entries()) {
      const here = ['steps', index]
      if (seen.has(step.step)) draft.fault([...here, 'step'], `步骤「${step.step}」写了两次`, '换一个名字')
      seen.add(step.step)
      const name = `${groupSop}·${step.step}`
      if (taken.has(name)) draft.fault([...here, 'step'], `群发或社群日历里已经有一个叫「${name}」`, '改其中一个的名字')
      checkStep(context, draft, here, step)
      adviseStep(draft, here, step, policy)
    }
    adviseTwins(draft)
  }
}

function checkStep(context: CheckContext, draft: SopDraft, here: Path, step: GroupSopStep): void {
  const { send, duty, tag } = step
  const written = DEEDS.filter((key) => step[key] !== undefined)
  const mayBeMore = DEEDS.some((key) => draft.isLeftOut([...here, key]))
  if (written.length === 0 && !mayBeMore) draft.fault(here, '这一步没有写做什么', '写 send、duty、tag 中的一个')
  if (written.length > 1)
    draft.fault([...here, written[1] ?? ''], `一步只做一件事，这里写了 ${written.join('、')}`, '拆成几步')
  if (send !== undefined)
    checkContent(context, draft, [...here, 'send'], send, { placeholders: ['{导购名}'], campaign: true })
  if (duty !== undefined) checkDuty(context, draft, [...here, 'duty'], duty)
  if (tag === undefined) return
  const { add = [], remove = [] } = tag
  checkDoubles(draft, [...here, 'tag', 'add'], add)
  checkDoubles(draft, [...here, 'tag', 'remove'], remove)
  const both = remove.findIndex((one) => add.includes(one))
  if (both >= 0) draft.fault([...here, 'tag', 'remove', both], '同一个群标签又打上又去掉', '只留一边')
  if (add.length + remove.length === 0 && !mayBeMore)
    draft.fault([...here, 'tag'], '没有写哪个群标签', '写 add 或 remove')
}

function adviseStep(
  draft: SopDraft,
  here: Path,
  { day, at, send }: GroupSopStep,
  policy: PolicyRule | undefined,
): void {
  if (day === 0) draft.advise([...here, 'day'], `第 0 天 ${at} 以后才算进来的群，等不到这一步`, '要人人都有，写 day: 1')
  if (send === undefined || policy?.quiet === undefined || !isWithin(at, policy.quiet)) return
  draft.advise(
    [...here, 'at'],
    `${at} 在 policy.yaml 的免打扰时段 ${policy.quiet} 里，要等这段时间过去才请群主确认`,
    '换一个时间',
  )
}

/** Two messages into one group at one time. */
function adviseTwins(draft: SopDraft): void {
  const byTime = new Map<string, string>()
  for (const [index, { step, day, at, send }] of draft.value.steps.entries()) {
    if (send === undefined) continue
    const other = byTime.get(`${day} ${at}`)
    if (other !== undefined)
      draft.advise(['steps', index, 'at'], `和「${other}」同一天同一时间，每个群会收到两条`, '错开时间，或者合成一条')
    byTime.set(`${day} ${at}`, step)
  }
}
