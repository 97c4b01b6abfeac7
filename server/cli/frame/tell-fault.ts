import { AppError, describeError } from '../../core/kernel/app-error.ts'
import { databaseFault } from '../../upkeep/doctor/database-fault.ts'
import type { Outcome } from './outcome.ts'

/** The line or a setting must be changed before anything can be done. */
const WRONG = new Set(['cli.wrong-use', 'settings.invalid', 'db.bad-url'])

/** What went wrong, for the person at the screen: one kind of fault is never told as another. */
export function tellFault(error: unknown): Outcome {
  if (error instanceof AppError && error.zh !== undefined)
    return { code: WRONG.has(error.code) ? 2 : 1, out: '', err: error.zh }
  const database = databaseZh(error)
  const what =
    database ?? '没有完成，是程序的问题。再运行一次还是这样的话，把下面这一行发给维护的人；已经写好的不会丢。'
  return { code: 1, out: '', err: `${what}\n（${describeError(error)}）` }
}

/** Chinese for what a database's driver throws; undefined for what is no fault of the database. */
function databaseZh(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } }
  const name = String(driverError?.code ?? code ?? '')
  const known = databaseFault(name)
  if (known !== undefined) return `${known.why}：${known.next}。`
  // TypeORM wraps whatever a statement throws.
  return error.name === 'QueryFailedError' || /^(SQLITE_|ER_|PROTOCOL_)/.test(name)
    ? '数据库没有照做：运行 npm run -s doctor 看数据库的状态。'
    : undefined
}
