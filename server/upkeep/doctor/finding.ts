/** How it stands: fine, will hurt soon, hurts now, cannot be told. */
export type FindingState = 'ok' | 'warn' | 'fail' | 'unknown'

export const GROUPS = ['设置', '企业微信', '公网与回调', '数据', '规则', '店铺', '运行'] as const
export type Group = (typeof GROUPS)[number]

/** One sentence of the doctor, in Chinese; never a token, secret, phone or message text. */
export interface Finding {
  state: FindingState
  /** What was looked at. */
  what: string
  /** What was seen. */
  why: string
  /** The one next step: where to click, which setting, which command. Always there with `warn` and `fail`. */
  next?: string
}

export const ok = (what: string, why: string): Finding => ({ state: 'ok', what, why })
export const warn = (what: string, why: string, next: string): Finding => ({ state: 'warn', what, why, next })
export const fail = (what: string, why: string, next: string): Finding => ({ state: 'fail', what, why, next })
export const unknown = (what: string, why: string): Finding => ({ state: 'unknown', what, why })

/** Thrown by what a check needs and cannot get; another check tells the cause. `message` is Chinese, without a full stop. */
export class CannotLook extends Error {
  override readonly name = 'CannotLook'
}
