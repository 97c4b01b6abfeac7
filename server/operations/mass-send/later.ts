import { AppError } from '../../core/kernel/app-error.ts'

/** Nothing is wrong yet; another try in `afterMs`. `zh` stands on the batch until then. */
export const later = (code: string, message: string, afterMs: number, zh: string): AppError =>
  new AppError(code, message, { retry: { afterMs }, zh })
