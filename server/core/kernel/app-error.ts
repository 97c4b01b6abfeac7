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
  /** False only when it is certain that what was asked for was not done. */
  readonly mayHaveHappened: boolean

  constructor(
    code: string,
    message: string,
    options: { retry?: Retry; status?: number; zh?: string; mayHaveHappened?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retry = options.retry ?? 'never'
    this.status = options.status ?? 500
    this.zh = options.zh
    this.mayHaveHappened = options.mayHaveHappened ?? false
  }
}

/** Which fault it is, for programs: that of an AppError, or `internal` for a fault of ours. */
export const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : 'internal')

/** False only when it is certain that the call that threw this did nothing. */
export const mayHaveHappened = (error: unknown): boolean => !(error instanceof AppError) || error.mayHaveHappened

/** One line about any thrown value, for logs and rows. */
export function describeError(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`
  // MySQL quotes the statement near the fault, with what was in it.
  if (error instanceof Error && 'sqlMessage' in error)
    return `${error.name}: ${'code' in error ? error.code : 'unknown'}`
  // So does SQLite; what it says before that is enough.
  if (error instanceof Error && 'code' in error && error.code === 'SQLITE_ERROR')
    return `${error.name}: SQLITE_ERROR ${error.message
      .replace(/^SqliteError: /, '')
      .split(/[:"'`]/)[0]
      ?.trim()}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
