import type { ScriptRule } from './schema/rule-files.ts'

/** 「我替您算了一下」「帮您查过」: words that say that somebody has looked into this very customer's affairs. What is done for
 *  anybody (给您备注, 给您留) claims nothing about them. */
const CLAIM = /(替|帮|给)(您|你)(仔细)?(算|查|看|核对|统计|比)(了|过|好)|按(您|你)(上次|平时|以往)的(量|份量|分量|习惯)/

export const claimsWork = (text: string): boolean => CLAIM.test(text)

/** Claims that work was done, is proposed by itself, and names nothing that did it. */
export const isUnfounded = (script: Pick<ScriptRule, 'text' | 'for' | 'basis'>): boolean =>
  script.for !== undefined && (script.basis ?? []).length === 0 && claimsWork(script.text)
