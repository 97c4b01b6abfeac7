import { stringify } from 'yaml'
import { bindSteps } from '../../../rules/book/bind-steps.ts'
import type { BoundStep } from '../../../rules/book/bound-step.ts'
import { canonicalJson } from '../../../rules/book/rule-version.ts'
import { branchesOf } from '../../../rules/book/sop-branches.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'
import { positionText } from '../model/step-path.ts'
import { stepText } from '../model/step-text.ts'

/** What is different between two versions of a journey, one Chinese line each: what stands at its head, then step by
 *  step. Empty: nothing that people could feel. */
export function diffVersions(before: SopRule, after: SopRule, vocabulary: Vocabulary): string[] {
  const linesOf = ({ steps }: SopRule): Line[] => linesIn(bindSteps(steps, vocabulary.facts), vocabulary)
  return [...headLines(before, after, vocabulary), ...stepLines(linesOf(before), linesOf(after))]
}

const HEAD: readonly (readonly [keyof SopRule, string])[] = [
  ['name', '名字'],
  ['owner', '负责人'],
  ['enabled', '启用'],
  ['priority', '优先级'],
  ['exclusive', '互斥组'],
  ['valid', '有效期'],
  ['trigger', '什么时候进来'],
  ['when', '哪些客户'],
  ['quiet', '免打扰'],
  ['holdOut', '对照组'],
  ['inside', '旧版本里的人'],
  ['goal', '目标'],
  ['leave', '退出'],
  ['reenterAfterDays', '隔多少天可以再进'],
]

function headLines(before: SopRule, after: SopRule, vocabulary: Vocabulary): string[] {
  return HEAD.flatMap(([key, zh]) => {
    if (canonicalJson(before[key] ?? null) === canonicalJson(after[key] ?? null)) return []
    const [old, now] = [before, after].map((rule) => valueText(key, rule[key], vocabulary))
    return [`${zh}：${old} → ${now}`]
  })
}

const EVENTS: readonly (keyof SopRule)[] = ['trigger', 'goal', 'leave']

/** Events by their Chinese names, everything else as it is written in a file. */
function valueText(key: keyof SopRule, value: unknown, vocabulary: Vocabulary): string {
  if (value === undefined) return '没有写'
  if (Array.isArray(value) && value.length > 0) return value.map((one) => valueText(key, one, vocabulary)).join('、')
  if (typeof value === 'string') return EVENTS.includes(key) ? eventZh(vocabulary, value) : value
  if (typeof value === 'boolean') return value ? '是' : '否'
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}

interface Line {
  position: string
  text: string
  /** Its own content, without the steps inside. */
  content: string
}

function linesIn(steps: readonly BoundStep[], vocabulary: Vocabulary, around = ''): Line[] {
  return steps.flatMap((step, index) => {
    const position = `${around}${index}`
    const inner = branchesOf(step).flatMap((branch, arm) => linesIn(branch.steps, vocabulary, `${position}.${arm}.`))
    return [{ position, text: stepText(step, vocabulary), content: ownContent(step) }, ...inner]
  })
}

function ownContent(step: BoundStep): string {
  if ('choose' in step) {
    return canonicalJson(step.choose.map((branch) => ('otherwise' in branch ? 'otherwise' : branch.when)))
  }
  if ('split' in step) {
    const { arms, ...split } = step.split
    return canonicalJson({ ...split, arms: arms.map(({ arm, weight }) => [arm, weight]) })
  }
  return canonicalJson(step)
}

/** The shortest way from one list to the other: what stays, and what is put in or taken out between. */
function stepLines(old: Line[], now: Line[]): string[] {
  const isSame = (a: Line | undefined, b: Line | undefined): boolean =>
    a !== undefined && b !== undefined && a.content === b.content && depth(a) === depth(b)
  const common = old.map(() => now.map(() => 0).concat(0)).concat([now.map(() => 0).concat(0)])
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = common[i]
      if (row !== undefined)
        row[j] = isSame(old[i], now[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const gone: Line[] = []
  const come: Line[] = []
  const lines: string[] = []
  const flush = (): void => {
    lines.push(...changeLines(gone.splice(0), come.splice(0)))
  }
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    const [was, is] = [old[i], now[j]]
    if (isSame(was, is)) {
      flush()
      i++
      j++
    } else if (was !== undefined && (is === undefined || at(i + 1, j) >= at(i, j + 1))) {
      gone.push(was)
      i++
    } else if (is !== undefined) {
      come.push(is)
      j++
    }
  }
  flush()
  return lines
}

const depth = ({ position }: Line): number => position.split('.').length

/** What was taken out and put in at one place: pairs of one kind are changes. */
function changeLines(gone: Line[], come: Line[]): string[] {
  const pairs = Math.min(gone.length, come.length)
  return [...gone.keys(), ...come.keys()].slice(0, Math.max(gone.length, come.length)).flatMap((_, index) => {
    const [was, is] = [gone[index], come[index]]
    if (index < pairs && was !== undefined && is !== undefined) {
      const detail = was.text === is.text ? `${is.text}（${was.content} → ${is.content}）` : `${was.text} → ${is.text}`
      return [`${positionText(is.position)} 改：${detail}`]
    }
    if (is !== undefined) return [`${positionText(is.position)} 加：${is.text}`]
    return was === undefined ? [] : [`原${positionText(was.position)} 删：${was.text}`]
  })
}
