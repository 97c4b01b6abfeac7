import type { SettingSpec } from './setting-spec.ts'

/** Each with what it is and its default, for people: Chinese below English. */
export const describeSettings = (specs: Readonly<Record<string, SettingSpec<unknown>>>): string =>
  Object.entries(specs)
    .map(([name, spec]) => {
      const shown = typeof spec.default === 'string' || typeof spec.default === 'number'
      const file = spec.secret === true ? `, or ${name}_FILE 或文件` : ''
      const value = 'default' in spec ? (shown ? ` (${spec.default})` : '') : ' (needed 必填)'
      return `  ${name}${value}${file}\n      ${spec.doc}\n      ${spec.zh}`
    })
    .join('\n')

/** All that is wrong, a line each, for logs and for people. */
export function describeFaults(faults: readonly { text: string; zh: string }[]): { text: string; zh: string } {
  const listed = (head: string, lines: string[]): string => [head, ...lines.map((line) => `  ${line}`)].join('\n')
  return {
    text: listed(
      `${faults.length} setting(s) to mend:`,
      faults.map((fault) => fault.text),
    ),
    zh: listed(
      `有 ${faults.length} 个设置（环境变量）要改：`,
      faults.map((fault) => fault.zh),
    ),
  }
}
