import type { RefusedField } from '../../../server/sidebar-api/contract.ts'

/** The server said no, or could not be reached (`status` 0). `message` is Chinese, for the screen. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** Of a change to several fields those that were not kept; empty: there was no such change, or nothing of it was looked at. */
  readonly fields: readonly RefusedField[]

  constructor(status: number, code: string, zh: string, fields: readonly RefusedField[] = []) {
    super(zh)
    this.fields = fields
    this.status = status
    this.code = code
  }

  get isLoginNeeded(): boolean {
    return this.status === 401
  }

  /** What was to be changed had been changed by somebody else. */
  get isOvertaken(): boolean {
    return this.status === 409
  }

  /** The network or the server may be better in a moment. */
  get mayPass(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429 || this.isBeingChecked
  }

  /** WeCom is being asked whether the two are friends. */
  get isBeingChecked(): boolean {
    return this.code === 'sidebar.checking'
  }

  get isNotYours(): boolean {
    return this.status === 403
  }
}
