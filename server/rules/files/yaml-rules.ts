import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, parseAllDocuments, type Scalar } from 'yaml'
import { unmistakable, unseenIn } from './raw-text.ts'
import type { RuleFault } from './rule-fault.ts'
import { linesOf } from './text-lines.ts'
import { yamlProblems } from './yaml-problems.ts'

export type Path = readonly (string | number)[]

/** One YAML document with its plain value, and where each part of it stands in the file. */
export interface YamlDocument {
  value: unknown
  /** Position of the part at `path`, or of the nearest one around it that exists. `key`: of the name in front of it. */
  locate(path: Path, which?: 'key' | 'value'): { line: number; column: number }
}

export interface ParsedRules {
  documents: YamlDocument[]
  faults: RuleFault[]
  /** Is it only the beginning of its file? */
  isHead?: boolean
}

/** Of one file; more would tell nobody more. */
const MAX_FAULTS = 50

/** The documents of one rule file that are not empty. Faults instead of exceptions, whatever the text is; the documents
 *  before a broken one are still given. */
export function parseYamlRules(file: string, text: string): ParsedRules {
  const at = linesOf(text)
  const faults: RuleFault[] = []
  const fault = (offset: number, message: string, suggestion?: string): void => {
    if (faults.length >= MAX_FAULTS) return
    faults.push({ file, ...at(offset), message, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  const documents: YamlDocument[] = []
  const raw = unmistakable(text)
  if (raw.length > 0) {
    for (const { offset, message, suggestion } of raw) fault(offset, message, suggestion)
    return { documents, faults }
  }
  if (isBottomless(text)) {
    fault(0, '嵌套太深，读不了', '检查括号和缩进')
    return { documents, faults }
  }
  // Duplicate keys are looked for below: the library compares every key with every other.
  try {
    for (const parsed of parse(text)) {
      for (const problem of yamlProblems(parsed, text)) fault(problem.offset, problem.message, problem.suggestion)
      const root: Node | null = parsed.contents
      const isBlank = root === null || (isScalar(root) && root.value === null && (root.source ?? '').trim() === '')
      if (parsed.errors.length > 0 || isBlank) continue
      documents.push({
        value: toPlain(root, fault),
        locate: (path, which = 'value') => at(offsetOf(root, path, which)),
      })
    }
  } catch (error) {
    // The parser recurses; what overflows the stack is no rule.
    if (!(error instanceof RangeError)) throw error
    fault(0, '嵌套太深，读不了', '检查括号和缩进')
  }
  return { documents, faults }
}

function parse(text: string) {
  const documents = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, stringKeys: false })
  return Array.isArray(documents) ? documents : []
}

const MAX_OPEN = 200

/** A few hundred thousand open brackets on as many lines end the whole process inside the parser, beyond any `catch`, and as
 *  many closing ones keep it busy for half a minute, so neither gets there. Counts brackets in texts as well: no honest file
 *  leaves hundreds of them without the other one. */
function isBottomless(text: string): boolean {
  let open = 0
  let astray = 0
  for (const character of text) {
    if (character === '[' || character === '{') open += 1
    else if (character === ']' || character === '}') {
      if (open > 0) open -= 1
      else astray += 1
    }
    if (open > MAX_OPEN || astray > MAX_OPEN) return true
  }
  return /^[ \t]*(?:[-?:][ \t]+){60}/m.test(text)
}

type Report = (offset: number, message: string, suggestion?: string) => void
const startOf = (node: unknown): number => (node as { range?: [number, number, number] | null }).range?.[0] ?? 0

/** Plain values with text keys only. */
function toPlain(node: unknown, fault: Report): unknown {
  if (isScalar(node)) {
    if (typeof node.value === 'number' && !Number.isFinite(node.value)) fault(startOf(node), '不是一个数')
    if (typeof node.value === 'string') checkLetters(node, node.value, fault)
    if (isCutByHash(node)) fault(startOf(node), '# 后面的字会被当成注释，客户收不到', '给整句文字加上引号')
    return node.value
  }
  if (isAlias(node)) {
    fault(startOf(node), '规则里不能用 YAML 的引用（* 开头）', '要写 * 开头的文字，加上引号')
    return undefined
  }
  if (isSeq(node)) return node.items.map((item) => toPlain(item, fault))
  if (!isMap(node)) return undefined
  const result: Record<string, unknown> = {}
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? pair.key.value : undefined
    if (typeof key !== 'string' || key === '' || key === '__proto__') {
      fault(startOf(pair.key ?? node), '冒号前面要是一个名字', '数字或符号开头的名字加上引号')
    } else if (Object.hasOwn(result, key)) {
      fault(startOf(pair.key), `「${key}」写了两次`, '只留一个')
    } else {
      result[key] = pair.value === null ? null : toPlain(pair.value, fault)
    }
  }
  return result
}

function checkLetters(node: Scalar, text: string, fault: Report): void {
  const unseen = unseenIn(text)
  if (unseen !== undefined) fault(startOf(node), unseen.message, unseen.suggestion)
  else if (/\p{Cs}/u.test(text)) fault(startOf(node), '文字里有坏字符', '删掉重新输入')
}

/** `元旦家里人多 #年夜饭#`: whoever writes a note behind a value puts a blank behind the sign. */
const isCutByHash = ({ type, value, comment }: Scalar): boolean =>
  type === 'PLAIN' && typeof value === 'string' && /\p{Script=Han}/u.test(value) && /^\S/.test(comment ?? '')

function offsetOf(root: Node, path: Path, which: 'key' | 'value'): number {
  let node: unknown = root
  let nearest = startOf(root)
  for (const [index, step] of path.entries()) {
    const next: unknown = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === step)
      : isSeq(node) && typeof step === 'number'
        ? node.items[step]
        : undefined
    if (next === undefined || next === null) return nearest
    if (!isPair(next)) {
      node = next
      nearest = startOf(node)
      continue
    }
    const pair: Pair = next
    const wantsKey = which === 'key' && index === path.length - 1
    node = wantsKey || pair.value === null ? pair.key : pair.value
    nearest = startOf(node)
  }
  return nearest
}
