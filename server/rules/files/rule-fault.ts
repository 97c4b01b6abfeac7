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

/** Of one file; more would bury the first ones, which usually explain the rest. */
const MOST_OF_FILE = 200

/** Faults in the order in which they are found. Of a file that has too many the others are left out before anybody looks for
 *  their places: each look goes through the whole file. */
export function createFaultList() {
  const all: RuleFault[] = []
  const counts = new Map<string, number>()
  return {
    all,
    add: (
      file: string,
      place: () => Pick<RuleFault, 'line' | 'column'>,
      message: string,
      suggestion?: string,
    ): void => {
      const count = counts.get(file) ?? 0
      if (count >= MOST_OF_FILE) return
      counts.set(file, count + 1)
      all.push({ file, ...place(), message, ...(suggestion === undefined ? {} : { suggestion }) })
    },
  }
}
export type FaultList = ReturnType<typeof createFaultList>

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
