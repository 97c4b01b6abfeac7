import { assertNever } from '../../core/kernel/assert-never.ts'
import { CUSTOMER_REMARK_CHARS } from '../../core/kernel/wecom-limits.ts'
import { implies } from '../condition/condition-bounds.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { Condition } from '../schema/condition.ts'
import type { SopRule } from '../schema/rule-files.ts'
import type { SopBranch, SopSplit, SopStep } from '../schema/sop-rule.ts'
import type { GrantStep, WaitStep } from '../schema/sop-step.ts'
import { type CheckContext, checkName, checkTags } from './check-context.ts'
import { checkContent, checkPlaceholders } from './content.ts'
import { durationDays } from './durations.ts'
import { checkReceivers } from './members.ts'
import { bringsWelcomeCode, checkEvent } from './sop-event.ts'

const MAX_DAYS = 365
const MAX_DEPTH = 8

export interface Way {
  /** Is the welcome code still alive and unused at this point. */
  mayWelcome: boolean
  depth: number
}

/** Gives whether a welcome may still follow. */
export function checkSteps(
  context: CheckContext,
  draft: Draft<SopRule>,
  path: Path,
  steps: readonly SopStep[],
  way: Way,
): boolean {
  let { mayWelcome } = way
  for (const [index, step] of steps.entries()) {
    const here = [...path, index]
    if ('wait' in step) {
      mayWelcome = false
      checkWait(context, draft, [...here, 'wait'], step.wait)
    } else if ('choose' in step) {
      mayWelcome = checkBranches(context, draft, [...here, 'choose'], step.choose, { ...way, mayWelcome })
    } else if ('split' in step) {
      mayWelcome = checkArms(context, draft, [...here, 'split', 'arms'], step.split, { ...way, mayWelcome })
    } else {
      if ('welcome' in step) {
        if (!mayWelcome) draft.fault([...here, 'welcome'], ...whyNoWelcome(context, draft.value))
        mayWelcome = false
      }
      checkActingStep(context, draft, here, step)
    }
  }
  return mayWelcome
}

function checkActingStep(
  context: CheckContext,
  draft: Draft<SopRule>,
  here: Path,
  step: Exclude<SopStep, { wait: unknown } | { choose: unknown } | { split: unknown }>,
): void {
  if ('welcome' in step) checkName(context, draft, [...here, 'welcome'], 'welcome', step.welcome)
  else if ('tag' in step) {
    checkTags(context, draft, [...here, 'tag', 'add'], step.tag.add)
    checkTags(context, draft, [...here, 'tag', 'remove'], step.tag.remove)
    const both = step.tag.add?.find((tag) => tag !== '' && step.tag.remove?.includes(tag))
    if (both !== undefined) draft.fault([...here, 'tag'], `标签「${both}」又加又减`, '只留一边')
  } else if ('remark' in step) {
    checkPlaceholders(draft, [...here, 'remark'], step.remark, ['{客户昵称}'])
    // A nickname is cut to fit; the rest must leave it room.
    const fixed = Array.from(step.remark.replaceAll('{客户昵称}', '')).length
    if (fixed > CUSTOMER_REMARK_CHARS)
      draft.fault([...here, 'remark'], `备注有 ${fixed} 个字，最多 ${CUSTOMER_REMARK_CHARS} 个`, '请缩短')
  } else if ('invite' in step) checkName(context, draft, [...here, 'invite'], 'pool', step.invite)
  else if ('task' in step) {
    const { title, script, due, escalate, reassign } = step.task
    const mayBeThere = ['title', 'script'].some((key) => draft.isLeftOut([...here, 'task', key]))
    if (title === undefined && script === undefined && !mayBeThere) {
      draft.fault([...here, 'task'], '待办没有写要做什么', '写 title（标题）或 script（话术编号）')
    }
    if (script !== undefined) checkName(context, draft, [...here, 'task', 'script'], 'script', script)
    if (due !== undefined) checkDuration(draft, [...here, 'task', 'due'], due)
    for (const [key, later] of Object.entries({ escalate, reassign })) {
      if (later === undefined) continue
      checkDuration(draft, [...here, 'task', key, 'after'], later.after)
      checkReceivers(context, draft, [...here, 'task', key, 'to'], later.to)
    }
  } else if ('message' in step) {
    const { within, ...content } = step.message
    checkContent(context, draft, [...here, 'message'], content, { placeholders: ['{导购名}'], campaign: true })
    if (within !== undefined) checkDuration(draft, [...here, 'message', 'within'], within)
  } else if ('appMessage' in step) {
    const { to, text } = step.appMessage
    checkPlaceholders(draft, [...here, 'appMessage', 'text'], text, ['{客户昵称}', '{导购名}'])
    if (to !== 'guide') checkReceivers(context, draft, [...here, 'appMessage', 'to'], to)
  } else if ('tier' in step) checkTier(context, draft, [...here, 'tier'], step.tier)
  else if ('webhook' in step) checkName(context, draft, [...here, 'webhook'], 'webhook', step.webhook)
  else if ('grant' in step) checkGrant(draft, [...here, 'grant'], step.grant)
  else if ('start' in step) {
    if (step.start !== draft.name) checkName(context, draft, [...here, 'start'], 'sop', step.start)
    else draft.fault([...here, 'start'], 'SOP 不能开始它自己', '要再走一遍就用 reenterAfterDays')
  } else if ('leave' in step) {
    if (step.leave !== draft.name) checkName(context, draft, [...here, 'leave'], 'sop', step.leave)
    else draft.fault([...here, 'leave'], 'SOP 不能在步骤里退出它自己', '后面没有步骤就自然结束')
  } else assertNever(step)
}

/** What it needs of its shop is looked at with the shops. */
function checkGrant(draft: Draft<SopRule>, path: Path, { coupon, points, within }: GrantStep): void {
  const mayBeThere = ['coupon', 'points'].some((key) => draft.isLeftOut([...path, key]))
  if (coupon === undefined && points === undefined && !mayBeThere)
    draft.fault(path, '没有写发什么', '写 coupon（券编号）或 points（多少积分）')
  if (coupon !== undefined && points !== undefined)
    draft.fault([...path, 'points'], '一步只发一样', '另一样写成下一步 grant')
  if (within !== undefined) checkDuration(draft, [...path, 'within'], within)
}

/** The level, or, when there is no such ladder at all, the ladder. */
function checkTier(
  context: CheckContext,
  draft: Draft<SopRule>,
  path: Path,
  tier: { ladder: string; to: string },
): void {
  const known = context.names.tier
  if (known === undefined) return
  const ladders = new Set([...known].map((level) => level.slice(0, level.indexOf('/'))))
  if (!ladders.has(tier.ladder)) {
    const meant = didYouMean(tier.ladder, ladders)
    const hint = meant === undefined ? '先在 tiers/ 里加上' : `是不是想写 ${meant}`
    draft.fault([...path, 'ladder'], `没有叫「${tier.ladder}」的分层`, hint)
    return
  }
  if (known.has(`${tier.ladder}/${tier.to}`)) return
  const levels = [...known]
    .filter((one) => one.startsWith(`${tier.ladder}/`))
    .map((one) => one.slice(tier.ladder.length + 1))
  draft.fault([...path, 'to'], `分层「${tier.ladder}」里没有「${tier.to}」这一级`, `可以写 ${levels.join('、')}`)
}

function whyNoWelcome(context: CheckContext, { trigger }: SopRule): [message: string, suggestion: string] {
  return bringsWelcomeCode(context, trigger)
    ? ['这里不能再发欢迎语', '加好友后 20 秒内只能发一次：放在所有等待之前，一条路上只写一次']
    : ['这里发不了欢迎语', '只有 trigger: customer.added 或 customer.readded 的 SOP 能发，别的改成 task 让导购发']
}

function checkWait(context: CheckContext, draft: Draft<SopRule>, path: Path, wait: WaitStep): void {
  if (typeof wait === 'string') checkDuration(draft, path, wait)
  else if ('event' in wait) {
    const { atMost, ...spec } = wait
    checkDuration(draft, [...path, 'atMost'], atMost)
    checkEvent(context, draft, path, spec)
    const { goal, leave = [] } = draft.value
    if ([...(goal === undefined ? [] : [goal]), ...leave].includes(wait.event)) {
      const instead = `写成 wait: ${atMost}：发生了旅程就结束，没发生再往下走`
      draft.fault([...path, 'event'], `${wait.event} 会让旅程结束，等不到`, instead)
    }
  }
}

function checkDuration(draft: Draft<SopRule>, path: Path, duration: string): void {
  if (durationDays(duration) > MAX_DAYS) draft.fault(path, `「${duration}」超过一年`, `最长 ${MAX_DAYS}d`)
}

function isTooDeep(draft: Draft<SopRule>, path: Path, way: Way): boolean {
  if (way.depth < MAX_DEPTH) return false
  draft.fault(path, `分支套了 ${MAX_DEPTH} 层以上`, '拆成几个 SOP')
  return true
}

function checkBranches(
  context: CheckContext,
  draft: Draft<SopRule>,
  path: Path,
  branches: readonly SopBranch[],
  way: Way,
): boolean {
  if (isTooDeep(draft, path, way)) return way.mayWelcome
  let mayWelcome = way.mayWelcome
  let caught: string | undefined
  const earlier: (Condition | undefined)[] = []
  for (const [index, branch] of branches.entries()) {
    const here = [...path, index]
    if (caught !== undefined) draft.fault(here, `走不到这里：上面的${caught}已经接住所有人`, '把它移到最前面，或者删掉')
    const isOtherwise = 'otherwise' in branch
    if (isOtherwise) caught ??= ' otherwise '
    else if (Object.keys(branch.when).length === 0 && !draft.isLeftOut([...here, 'when'])) caught ??= '空条件'
    if (!isOtherwise && !draft.isLeftOut([...here, 'when'])) {
      const condition = draft.condition([...here, 'when'], branch.when)
      const by =
        condition === undefined || caught === '空条件'
          ? -1
          : earlier.findIndex((one) => one !== undefined && implies(condition, one))
      if (by >= 0)
        draft.fault([...here, 'when'], `走不到这里：符合的人已经被第 ${by + 1} 个分支接住`, '把要求更高的分支写在前面')
      earlier.push(condition)
    }
    const [inside, steps] = isOtherwise ? (['otherwise', branch.otherwise] as const) : (['do', branch.do] as const)
    const after = checkSteps(context, draft, [...here, inside], steps, { ...way, depth: way.depth + 1 })
    mayWelcome &&= after
  }
  return mayWelcome
}

function checkArms(context: CheckContext, draft: Draft<SopRule>, path: Path, { arms }: SopSplit, way: Way): boolean {
  if (isTooDeep(draft, path, way)) return way.mayWelcome
  let mayWelcome = way.mayWelcome
  for (const [index, arm] of arms.entries()) {
    if (arms.findIndex((one) => one.arm === arm.arm) < index) {
      draft.fault([...path, index, 'arm'], `分组「${arm.arm}」写了两次`, '每组一个名字')
    }
    const after = checkSteps(context, draft, [...path, index, 'do'], arm.do, { ...way, depth: way.depth + 1 })
    mayWelcome &&= after
  }
  return mayWelcome
}
