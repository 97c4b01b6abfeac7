/** Something wrong in a rule file, for ops staff. `file`: path below the config folder; `line` and `column` from 1. */
export interface RuleFault {
  file: string
  line: number
  column: number
  /** Chinese: what is wrong. */
  message: string
  /** Chinese: what to write instead. */
  suggestion?: string
}

/** Names and values come from files: nothing in them may move the cursor or turn the direction of the text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

/** `文件:行:列 说明。建议`, on one line; editors and terminals make the first part a link. `folder`: put before the file. */
export function formatFault(fault: RuleFault, folder = ''): string {
  const path = folder === '' ? fault.file : `${folder.replace(/\/+$/, '')}/${fault.file}`
  const suggestion = fault.suggestion === undefined ? '' : `。${fault.suggestion}`
  return `${path}:${fault.line}:${fault.column} ${fault.message}${suggestion}`.replace(UNPRINTABLE, '�')
}

export function byPosition(a: RuleFault, b: RuleFault): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
}
