import { AppError, type Retry } from '../../../core/kernel/app-error.ts'
import { errorCode } from '../error-codes/error-codes.ts'

/** WeCom answered and said no. `message` has the code, its English meaning and the endpoint path, never WeCom's own
 *  errmsg (it holds IPs and request ids). */
export class WecomError extends AppError {
  override readonly name = 'WecomError'
  readonly errcode: number
  readonly path: string

  constructor(errcode: number, path: string, options: { retry?: Retry } = {}) {
    const known = errorCode(errcode)
    const next = known.todo ?? known.advice
    super(`wecom.errcode-${errcode}`, `WeCom refused ${path}: ${errcode} (${known.kind})`, {
      retry: options.retry ?? known.retry,
      status: 502,
      zh: `企业微信拒绝了请求（${errcode} ${known.zh}）${next === undefined ? '' : `。${next}`}`,
    })
    this.errcode = errcode
    this.path = path
  }
}

/** Whether WeCom said no with one of these codes. */
export const isRefusedWith = (error: unknown, ...errcodes: readonly number[]): boolean =>
  error instanceof WecomError && errcodes.includes(error.errcode)

/** WeCom did not give a usable answer: no connection, time-out, HTTP error, a page in place of JSON. */
export class WecomUnreachable extends AppError {
  override readonly name = 'WecomUnreachable'
  readonly path: string

  /** `mayHaveHappened`: the request left us, so that WeCom may have done what it asked for. */
  constructor(path: string, what: string, { mayHaveHappened }: { mayHaveHappened: boolean }) {
    super('wecom.unreachable', `WeCom gave no usable answer to ${path}: ${what}`, {
      retry: 'later',
      status: 502,
      zh: '暂时连不上企业微信，稍后会自动重试',
      mayHaveHappened,
    })
    this.path = path
  }
}

/** What about an answer cannot be read: the endpoint, and the field of the answer (`external_contact.name`,
 *  `userlist[].userid`), never its value. */
export interface UnreadField {
  path: string
  field: string
  /** Rows of the answer that were left out for it, by their ids as far as they have any; undefined: nothing of the answer
   *  could be used. */
  leftOut?: { count: number; ids: string[] }
}

/** WeCom answered, and not in the documented shape: its interface has changed, or is not as documented. Trying for hours
 *  would not mend that. A write that WeCom accepted is done, whatever its answer looks like, so it is not tried again unless
 *  twice is as good as once. */
export class WecomNotUnderstood extends AppError {
  override readonly name = 'WecomNotUnderstood'
  readonly path: string
  readonly field: string
  /** WeCom said yes: what was asked for is done, and only what it told about it cannot be read. */
  readonly isDone: boolean

  constructor({ path, field }: UnreadField, { isDone, repeatable }: { isDone: boolean; repeatable: boolean }) {
    super('wecom.not-understood', `WeCom's answer to ${path} has not the documented shape at ${field}`, {
      retry: isDone && !repeatable ? 'never' : 'later',
      status: 502,
      zh: '企业微信答复的内容暂时读不懂，已提醒管理员',
      mayHaveHappened: true,
    })
    this.path = path
    this.field = field
    this.isDone = isDone
  }
}

/** A listing of WeCom that does not end: its pages go in a circle. Whoever reads it gives up, and may try again later. */
export class WecomEndlessList extends AppError {
  override readonly name = 'WecomEndlessList'

  constructor(what: string) {
    super('wecom.endless-list', `a list of WeCom does not end: ${what}`, {
      retry: 'later',
      status: 502,
      zh: '企业微信的列表一直翻不到最后一页，稍后会自动重试',
    })
  }
}

/** We kept the call back, so as not to exceed WeCom's limits. Nothing was sent; try after the stated time. */
export class WecomRateLimited extends AppError {
  override readonly name = 'WecomRateLimited'
  readonly path: string

  constructor(path: string, afterMs: number) {
    super('wecom.rate-limited', `call to ${path} kept back for ${afterMs} ms to stay within WeCom's limits`, {
      retry: { afterMs },
      status: 503,
      zh: '企业微信接口调用次数接近上限，稍后会自动重试',
    })
    this.path = path
  }
}

/** The request breaks a documented limit; nothing was sent. `zh` names the field and the limit. */
export class WecomBadRequest extends AppError {
  override readonly name = 'WecomBadRequest'
  readonly path: string

  constructor(path: string, where: string, zh: string) {
    super('wecom.bad-request', `request to ${path} breaks a documented limit at ${where}`, { status: 400, zh })
    this.path = path
  }
}
