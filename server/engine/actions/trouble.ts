import { AppError, codeOf, describeError } from '../../core/kernel/app-error.ts'

/** In place of an error's code: the process ended during the call. */
export const CRASHED = 'action.crashed'
/** Likewise: a backup was put back, and the action may have been carried out since that was made. */
export const PUT_BACK = 'action.put-back'

/** Why a try of an action failed. */
export interface Trouble {
  /** That of the AppError; CRASHED; PUT_BACK; or `internal`, a fault of ours. */
  code: string
  /** WeCom errcode, where there is one. */
  errcode: number | undefined
  /** For engineers to read; decide by `code`. */
  message: string
}

export const troubleOf = (error: unknown): Trouble => ({
  code: codeOf(error),
  errcode: errcodeOf(error),
  message: describeError(error),
})

/** One that no error tells of. */
export const trouble = (code: string, message: string): Trouble => ({ code, errcode: undefined, message })

function errcodeOf(error: unknown): number | undefined {
  if (error instanceof AppError && 'errcode' in error && typeof error.errcode === 'number') return error.errcode
  return undefined
}
