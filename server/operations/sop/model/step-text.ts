import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import { pathsIn } from '../../../rules/book/bind-steps.ts'
import type { BoundStep } from '../../../rules/book/bound-step.ts'
import type { GrantStep, WaitStep } from '../../../rules/schema/sop-step.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'

const UNIT_ZH: Record<string, string> = { s: '秒', m: '分钟', h: '小时', d: '天' }

const durationText = (duration: string): string => `${duration.slice(0, -1)} ${UNIT_ZH[duration.slice(-1)] ?? ''}`

function waitText(wait: WaitStep, vocabulary: Vocabulary): string {
  if (typeof wait === 'string') return `等待 ${durationText(wait)}`
  if ('event' in wait) return `等待${eventZh(vocabulary, wait.event)}，最多 ${durationText(wait.atMost)}`
  if ('weekday' in wait) return `等到下一个星期${'一二三四五六日'[wait.weekday - 1]} ${wait.until}`
  const days = wait.days ?? 0
  const day = days === 0 ? ' ' : days === 1 ? '第二天 ' : ` ${days} 天后的 `
  return `等到${day}${wait.until}`
}

/** One step in a few Chinese words. */
export function stepText(step: BoundStep, vocabulary: Vocabulary): string {
  if ('welcome' in step) return `发欢迎语「${step.welcome}」`
  if ('tag' in step) {
    const added = step.tag.add === undefined ? [] : [`打标签 ${step.tag.add.join('、')}`]
    const removed = step.tag.remove === undefined ? [] : [`去标签 ${step.tag.remove.join('、')}`]
    return [...added, ...removed].join('，')
  }
  if ('remark' in step) return `改备注「${step.remark}」`
  if ('invite' in step) return `邀请进${step.invite}`
  if ('task' in step) return `给导购待办${taskText(step.task)}`
  if ('message' in step) return `准备群发${begunText(step.message.text)}，请导购确认`
  if ('appMessage' in step) return '应用消息通知员工'
  if ('tier' in step) return `${step.tier.ladder}调到 ${step.tier.to}`
  if ('webhook' in step) return `通知外部系统「${step.webhook}」`
  if ('grant' in step) return `在店铺「${step.grant.shop}」发${grantText(step.grant)}`
  if ('start' in step) return `开始另一个 SOP（${step.start}）`
  if ('leave' in step) return `退出另一个 SOP（${step.leave}）`
  if ('split' in step) return `实验「${step.split.experiment}」分组`
  return 'wait' in step ? waitText(step.wait, vocabulary) : chooseText(step, vocabulary)
}

const grantText = ({ coupon, points, name }: GrantStep): string =>
  coupon === undefined ? `${points} 积分（${name}）` : `券「${name}」`

function taskText({ title, script }: { title?: string; script?: string }): string {
  if (title !== undefined) return `「${title}」`
  return script === undefined ? '' : `（话术 ${script}）`
}

const MOST_BEGUN = 12

/** So much of a message that one is told from another. */
function begunText(text: string | undefined): string {
  const letters = [...(text ?? '').replaceAll(/\s+/g, ' ').trim()]
  if (letters.length === 0) return ''
  return `「${letters.slice(0, MOST_BEGUN).join('')}${letters.length > MOST_BEGUN ? '…' : ''}」`
}

/** What the branches look at; only its day tells which it will be. */
function chooseText({ choose }: Extract<BoundStep, { choose: unknown }>, { facts }: Vocabulary): string {
  const conditions = choose.flatMap((branch) => ('otherwise' in branch ? [] : [branch.condition]))
  const names = pathsIn(conditions).map((path) => facts.find((fact) => fact.path === path)?.zh ?? path)
  return `看${names.join('、')}再定`
}

export const dueText = (dueAtMs: number): string => `等到 ${shanghaiText(dueAtMs)}`
