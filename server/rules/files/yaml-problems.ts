import { type Document, visit, type YAMLError } from 'yaml'

export interface YamlProblem {
  offset: number
  message: string
  suggestion: string
}

/** The parser may stumble a hundred thousand times over one line of a megabyte. */
const MOST_LOOKED_AT = 200

/** What the parser could not read in one document, in Chinese. One slip makes it stumble over the lines that follow as
 *  well, so of the vague complaints only the first is given, and only when there is none that says what to do. */
export function yamlProblems(parsed: Document.Parsed, text: string): YamlProblem[] {
  const clear = new Map<string, YamlProblem>()
  let vague: YamlProblem | undefined
  const inOrder = [...parsed.errors, ...parsed.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  for (const error of inOrder.slice(0, MOST_LOOKED_AT)) {
    const offset = error.pos[0]
    const known = clearly(error, parsed, lineAround(text, offset))
    if (known !== undefined) {
      const [message, suggestion, elsewhere] = known
      const problem = { offset: elsewhere ?? offset, message, suggestion }
      clear.set(`${problem.offset} ${message}`, problem)
    } else {
      const [message, suggestion] = vaguely(error.code)
      vague ??= { offset, message, suggestion }
    }
  }
  return clear.size > 0 || vague === undefined ? [...clear.values()] : [vague]
}

const lineAround = (text: string, offset: number): string => {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? text.length : end)
}

/** Message, suggestion and, where the parser looks at the wrong place, the right one. */
function clearly(error: YAMLError, parsed: Document.Parsed, line: string): [string, string, number?] | undefined {
  if (/:\s+\{(客户昵称|导购名)/.test(line)) return ['文字以 { 开头会被当成别的意思', '给整句文字加上引号']
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return ['缩进用了 Tab', '换成空格']
    case 'MISSING_CHAR': {
      const quote = /closing .*quote/.test(error.message) ? lastQuote(parsed) : undefined
      return quote === undefined ? undefined : ['这里的引号没有成对', '在这段文字末尾补上引号', quote]
    }
    case 'RESOURCE_EXHAUSTION':
      return ['嵌套太深，读不了', '检查括号和缩进']
    case 'BAD_COLLECTION_TYPE':
    case 'TAG_RESOLVE_FAILED':
      return ['规则里不能用 YAML 的标签（! 开头）', '要写 ! 开头的文字，加上引号']
    case 'BAD_ALIAS':
      return ['规则里不能用 YAML 的引用（& 和 * 开头）', '要写 & 或 * 开头的文字，加上引号']
    case 'BAD_DIRECTIVE':
      return ['不认识 % 开头的指令', '删掉这一行']
    case 'BAD_SCALAR_START':
    case 'BAD_DQ_ESCAPE':
    case 'BAD_PROP_ORDER':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
      return ['这里的符号有特殊意思', '给整句文字加上引号']
    default:
      return undefined
  }
}

function vaguely(code: string): [string, string] {
  return code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY'
    ? ['这一行的冒号读不懂', '冒号后要有空格；文字里有冒号时整句加引号；缩进要对齐']
    : ['这里的写法读不懂', '检查缩进、冒号后的空格、引号和括号是否成对；整句文字最好加引号或用 |']
}

/** An open quote runs to the end of the file, where the parser notices it; people need to know where it began. */
function lastQuote(parsed: Document.Parsed): number | undefined {
  let offset: number | undefined
  visit(parsed, {
    Scalar: (_key, node) => {
      if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') offset = node.range?.[0]
    },
  })
  return offset
}
