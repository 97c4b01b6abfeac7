import type { Draft } from '../draft.ts'
import type { SopRule } from '../schema/rule-files.ts'
import type { SopBranch, SopStep, WaitStep } from '../schema/sop-rule.ts'
import type { Path } from '../yaml-rules.ts'
import { type CheckContext, checkName, checkTags } from './check-context.ts'
import { checkPlaceholders } from './content.ts'

/** WeCom: 20 characters; a nickname is cut to fit, the rest must leave it room. */
const MAX_REMARK = 20
const MAX_DAYS = 365
const MAX_DEPTH = 8

export function checkSops(context: CheckContext, sops: Draft<SopRule>[]): void {
  const titles = new Map<string, string>()
  for (const draft of sops) {
    const { trigger, when, goal, leave = [], name } = draft.value
    const other = titles.get(name)
    if (other !== undefined) draft.fault(['name'], `SOP「${other}」也叫「${name}」`, '换一个名字，免得看混')
    titles.set(name, draft.name)

    draft.condition(['when'], when)
    if (typeof trigger === 'object' && (when === undefined || Object.keys(when).length === 0)) {
      draft.fault(['trigger'], '每天触发而没有 when，会把所有客户都放进来', '用 when 写清楚是哪些客户')
    }
    for (const [index, event] of leave.entries()) {
      if (event === goal) draft.fault(['leave', index], `${event} 已经是目标`, '删掉它')
      if (leave.indexOf(event) < index) draft.fault(['leave', index], `${event} 写了两次`, '只留一个')
    }
    checkSteps(context, draft, ['steps'], draft.value.steps, { mayWelcome: trigger === 'customer.added', depth: 0 })
  }
}

interface Way {
  /** Is the welcome code still alive and unused at this point. */
  mayWelcome: boolean
  depth: number
}

/** Gives whether a welcome may still follow. */
function checkSteps(
  context: CheckContext,
  draft: Draft<SopRule>,
  path: Path,
  steps: readonly SopStep[],
  way: Way,
): boolean {
  let { mayWelcome } = way
  for (const [index, step] of steps.entries()) {
    const here = [...path, index]
    if ('welcome' in step) {
      checkName(context, draft, [...here, 'welcome'], 'welcome', step.welcome)
      if (!mayWelcome) draft.fault([...here, 'welcome'], ...whyNoWelcome(draft.value))
      mayWelcome = false
    } else if ('tag' in step) {
      checkTags(context, draft, [...here, 'tag', 'add'], step.tag.add)
      checkTags(context, draft, [...here, 'tag', 'remove'], step.tag.remove)
      const both = step.tag.add?.find((tag) => step.tag.remove?.includes(tag))
      if (both !== undefined) draft.fault([...here, 'tag'], `标签「${both}」又加又减`, '只留一边')
    } else if ('remark' in step) {
      checkPlaceholders(draft, [...here, 'remark'], step.remark, ['{客户昵称}'])
      const fixed = Array.from(step.remark.replaceAll('{客户昵称}', '')).length
      if (fixed > MAX_REMARK) draft.fault([...here, 'remark'], `备注有 ${fixed} 个字，最多 ${MAX_REMARK} 个`, '请缩短')
    } else if ('invite' in step) {
      checkName(context, draft, [...here, 'invite'], 'pool', step.invite)
    } else if ('task' in step) {
      const { title, script, due } = step.task
      if (title === undefined && script === undefined) {
        draft.fault([...here, 'task'], '待办没有写要做什么', '写 title（标题）或 script（话术编号）')
      }
      if (script !== undefined) checkName(context, draft, [...here, 'task', 'script'], 'script', script)
      if (due !== undefined) checkDuration(draft, [...here, 'task', 'due'], due)
    } else if ('wait' in step) {
      mayWelcome = false
      checkWait(draft, [...here, 'wait'], step.wait)
    } else {
      mayWelcome = checkBranches(context, draft, [...here, 'choose'], step.choose, { ...way, mayWelcome })
    }
  }
  return mayWelcome
}

function whyNoWelcome({ trigger }: SopRule): [message: string, suggestion: string] {
  return trigger === 'customer.added'
    ? ['这里不能再发欢迎语', '加好友后 20 秒内只能发一次：放在所有等待之前，一条路上只写一次']
    : ['这里发不了欢迎语', '只有 trigger: customer.added 的 SOP 能发，别的改成 task 让导购发']
}

function checkWait(draft: Draft<SopRule>, path: Path, wait: WaitStep): void {
  if (typeof wait === 'string') checkDuration(draft, path, wait)
  else if ('event' in wait) {
    checkDuration(draft, [...path, 'atMost'], wait.atMost)
    const { goal, leave = [] } = draft.value
    if (wait.event === goal || leave.includes(wait.event)) {
      draft.fault([...path, 'event'], `${wait.event} 会让旅程结束，等不到`, '换一个事件，或者改 goal、leave')
    }
  }
}

const DAYS_PER: Record<string, number> = { s: 1 / 86_400, m: 1 / 1_440, h: 1 / 24, d: 1 }

function checkDuration(draft: Draft<SopRule>, path: Path, duration: string): void {
  const days = Number.parseInt(duration, 10) * (DAYS_PER[duration.slice(-1)] ?? 1)
  if (days > MAX_DAYS) draft.fault(path, `「${duration}」超过一年`, `最长 ${MAX_DAYS}d`)
}

function checkBranches(
  context: CheckContext,
  draft: Draft<SopRule>,
  path: Path,
  branches: readonly SopBranch[],
  way: Way,
): boolean {
  if (way.depth >= MAX_DEPTH) {
    draft.fault(path, `choose 套了 ${MAX_DEPTH} 层以上`, '拆成几个 SOP')
    return way.mayWelcome
  }
  let mayWelcome = way.mayWelcome
  let caught: string | undefined
  for (const [index, branch] of branches.entries()) {
    const here = [...path, index]
    if (caught !== undefined) draft.fault(here, `走不到这里：上面的${caught}已经接住所有人`, '把它移到最前面，或者删掉')
    const isOtherwise = 'otherwise' in branch
    if (isOtherwise) caught ??= ' otherwise '
    else if (Object.keys(branch.when).length === 0) caught ??= '空条件'
    if (!isOtherwise) draft.condition([...here, 'when'], branch.when)
    const after = checkSteps(
      context,
      draft,
      [...here, isOtherwise ? 'otherwise' : 'do'],
      isOtherwise ? branch.otherwise : branch.do,
      { mayWelcome: way.mayWelcome, depth: way.depth + 1 },
    )
    mayWelcome &&= after
  }
  return mayWelcome
}
