import type { Retry } from '../../../core/kernel/app-error.ts'

/** What a refusal asks of us.
 *  retry-now: within seconds · retry-later: after a stated time · refresh-token: fetch it anew and ask again ·
 *  operator: a person must act first, `todo` says what · gone: the thing does not exist any more · never: asking again
 *  changes nothing · unknown: not in the list; treated as never. */
export type ErrorKind = 'retry-now' | 'retry-later' | 'refresh-token' | 'operator' | 'gone' | 'never' | 'unknown'

export interface ErrorCode {
  kind: ErrorKind
  retry: Retry
  /** Meaning in Chinese, for people. */
  zh: string
  /** What an operator has to do, in Chinese; present exactly when someone must act before it can work again. */
  todo?: string
  /** What to change in what was asked for, so that it is taken, in Chinese; where anybody can. */
  advice?: string
}

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** Milliseconds to wait, meaning. */
type Timed = Record<number | string, readonly [afterMs: number, zh: string]>
/** Meaning, what to change in what was asked for; the meaning alone where nothing is known. */
type Plain = Record<number | string, string | readonly [zh: string, advice: string]>
/** Meaning, what to do; the meaning alone where the console says the rest. */
type ToDo = Record<number | string, string | readonly [zh: string, todo: string]>

export interface ErrorGroups {
  now?: Timed
  later?: Timed
  token?: Plain
  operator?: ToDo
  /** A total is reached: the operator makes room; until then nothing helps, so it is not tried again. */
  full?: ToDo
  gone?: Plain
  never?: Plain
}

/** Slow retries: the person may have put it right in the meantime. */
const OPERATOR_MS = 10 * MINUTE
/** Of what we asked for in a wrong way: no rule is the cause. */
export const ASK_ENGINEER = '这不是改规则能好的，请反馈给维护本系统的工程师'
const LOOK_AROUND = '请在企业微信管理后台检查相应功能的开通、授权与可见范围'

export type ErrorRow = readonly [errcode: number, meaning: ErrorCode]

/** The rows of one area, keyed by errcode. */
export function errorRows(groups: ErrorGroups): ErrorRow[] {
  const rows: ErrorRow[] = []
  const plain = (kind: ErrorKind, retry: Retry, group: Plain = {}): void => {
    for (const [errcode, text] of Object.entries(group)) {
      const [zh, advice] = typeof text === 'string' ? [text] : text
      rows.push([Number(errcode), { kind, retry, zh, ...(advice === undefined ? {} : { advice }) }])
    }
  }
  const timed = (kind: ErrorKind, group: Timed = {}): void => {
    for (const [errcode, [afterMs, zh]] of Object.entries(group))
      rows.push([Number(errcode), { kind, retry: { afterMs }, zh }])
  }
  const toDo = (retry: Retry, group: ToDo = {}): void => {
    for (const [errcode, text] of Object.entries(group)) {
      const [zh, todo] = typeof text === 'string' ? [text, LOOK_AROUND] : text
      rows.push([Number(errcode), { kind: 'operator', retry, zh, todo }])
    }
  }
  timed('retry-now', groups.now)
  timed('retry-later', groups.later)
  plain('refresh-token', 'later', groups.token)
  toDo({ afterMs: OPERATOR_MS }, groups.operator)
  toDo('never', groups.full)
  plain('gone', 'never', groups.gone)
  plain('never', 'never', groups.never)
  return rows
}
