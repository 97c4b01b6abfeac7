/** May the same work be tried again: never, later (the caller's own schedule), or after a stated time. */
export type Retry = 'never' | 'later' | { afterMs: number }

/** The one base of our errors. `message` is for engineers (English, no URL, token, phone or message text);
 *  `zh`, where present, is for the person at the screen: what happened, to what, what to do next. */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: string
  readonly retry: Retry
  /** HTTP status when it reaches a route. */
  readonly status: number
  readonly zh: string | undefined

  constructor(
    code: string,
    message: string,
    options: { retry?: Retry; status?: number; zh?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retry = options.retry ?? 'never'
    this.status = options.status ?? 500
    this.zh = options.zh
  }
}

/** One line about any thrown value, for logs and rows. */
export function describeError(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
