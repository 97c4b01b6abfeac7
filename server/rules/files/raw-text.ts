export interface RawProblem {
  offset: number
  message: string
  suggestion: string
}

/** What no rule text may contain, wherever it stands: it is invisible, or was never meant to be saved. */
export function unmistakable(text: string): RawProblem[] {
  const conflict = /^(?:<{7} |={7}$|>{7} )/m.exec(text)
  // Everything behind it is written twice.
  if (conflict !== null) {
    const suggestion = '两边的写法只留一份，删掉 <<<<<<<、=======、>>>>>>> 这几行'
    return [{ offset: conflict.index, message: '文件里有没解决的合并冲突', suggestion }]
  }
  if (isBlank(text)) {
    const message = text.trim() === '' ? '文件是空的' : '文件里只有注释'
    return [{ offset: 0, message, suggestion: '不要这些规则就删掉文件，或者写 enabled: false；还在改就先存好再说' }]
  }
  const problems: RawProblem[] = []
  for (const { index, 0: char } of text.matchAll(INVISIBLE)) {
    if (index === 0 && char === '\uFEFF') continue
    problems.push({ offset: index, ...unseen(char, '删掉它，或者把这一行重新输入一遍') })
    if (problems.length >= MOST_TOLD) break
  }
  return problems
}

/** Of one file. */
const MOST_TOLD = 200

/** Zero-width and direction marks, no-break blanks and line ends of other systems; not what joins emoji. */
const INVISIBLE = /[\u00A0\u0085\u2028\u2029]|(?![\u200D\u{E0020}-\u{E007F}])\p{Cf}/gu
/** What steers, written as an escape (`"\\u202E"`), besides. */
const STEERS = /[^\P{Cc}\n\r\t]|[\u2028\u2029]|(?![\u200D\u{E0020}-\u{E007F}])\p{Cf}/u

/** A text that is read from `"…"`, where what nobody sees can be written in letters that everybody sees. */
export function unseenIn(text: string): Omit<RawProblem, 'offset'> | undefined {
  const [char] = STEERS.exec(text) ?? []
  return char === undefined ? undefined : unseen(char, '从引号里删掉它')
}

function unseen(char: string, suggestion: string): Omit<RawProblem, 'offset'> {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return { message: `这里有一个看不见的字符（U+${code}）`, suggestion }
}

const isBlank = (text: string): boolean =>
  text
    .split('\n')
    .map((line) => line.replace('\uFEFF', '').trim())
    .every((line) => line === '' || line.startsWith('#') || line === '---' || line === '...')

/** What a Chinese keyboard writes for what YAML means: only where something could not be understood, since in a text for
 *  customers all of it is right. By line, the first slip of each. */
export function slipsOfKeyboard(text: string): RawProblem[] {
  const problems: RawProblem[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    const slip = slipIn(line)
    if (slip !== undefined) problems.push({ ...slip, offset: offset + slip.offset })
    if (problems.length >= MOST_TOLD) break
    offset += line.length + 1
  }
  return problems
}

const SLIPS: readonly { pattern: RegExp; found: (char: string) => string; suggestion: string }[] = [
  { pattern: /^\s*()[－—–](?=\s)/, found: (char) => `短横用了「${char}」`, suggestion: '换成英文的 - 加一个空格' },
  {
    pattern: /^(\s*(?:- +)?[\w.\u4e00-\u9fff]{1,30})：/,
    found: () => '冒号是全角的「：」',
    suggestion: '换成英文冒号加一个空格',
  },
  { pattern: /^([ ]*)\u3000/, found: () => '缩进用了全角空格', suggestion: '换成两个普通空格' },
  { pattern: /^(\s*(?:- +)?[\w.]+:)\u3000/, found: () => '冒号后是全角空格', suggestion: '换成普通空格' },
  {
    pattern: /^(\s*(?:- +)?(?:[\w.]+: *)?)[｛｝【】［］]/,
    found: (char) => `括号「${char}」是全角的`,
    suggestion: '换成英文的 { } 或 [ ]',
  },
  {
    pattern: /^(\s*(?:- +)?[\w.]+: *)[“”‘’](?=[^“”‘’]*[“”‘’]\s*$)/,
    found: (char) => `引号「${char}」是中文的`,
    suggestion: '换成英文引号 "',
  },
  {
    pattern: /^(\s*(?:- +)?[\w.]+: *)[０-９](?=[０-９．：]*(?:[smhd元ｓｍｈｄ])?\s*$)/,
    found: () => '数字是全角的',
    suggestion: '换成 0–9',
  },
  {
    pattern: /^(\s*(?:- +)?[\w.]+: *\[[^\]]*?)[，、](?=[^\]]*\])/,
    found: (char) => `列表里用了「${char}」`,
    suggestion: '换成英文逗号 ,',
  },
  {
    pattern: /^(\s*(?:- +)?[a-zA-Z.]{2,20}):(?=[^\s/])/,
    found: () => '冒号后面没有空格',
    suggestion: '冒号后加一个空格',
  },
  { pattern: /^(\s*)-(?=[\w"'{[\u4e00-\u9fff])/, found: () => '短横后面没有空格', suggestion: '- 后加一个空格' },
]

function slipIn(line: string): RawProblem | undefined {
  for (const { pattern, found, suggestion } of SLIPS) {
    const match = pattern.exec(line)
    if (match === null) continue
    // A dash stands behind its own indent, which is no part of the group.
    const indent = match[1] === '' ? match[0].search(/[^ ]/) : 0
    const at = (match[1] ?? '').length + indent
    return { offset: at, message: `第 ${at + 1} 个字：${found(line[at] ?? '')}`, suggestion }
  }
  return undefined
}
