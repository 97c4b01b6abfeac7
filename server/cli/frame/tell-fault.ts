import { AppError, describeError } from '../../core/kernel/app-error.ts'
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

const CODES_ZH: Record<string, string> = {
  ECONNREFUSED: '连不上数据库服务器：它没有在运行，或者 DATABASE_URL 里的地址、端口不对。',
  ENOTFOUND: '找不到数据库服务器：DATABASE_URL 里的主机名不对，或者域名解析不通。',
  ETIMEDOUT: '数据库服务器没有回答：检查网络和防火墙，再运行一次。',
  ER_ACCESS_DENIED_ERROR: '数据库不认这个用户名或密码：改 DATABASE_URL。',
  ER_BAD_DB_ERROR: '数据库服务器上没有这个库：改 DATABASE_URL，要和服务用的一样。',
  SQLITE_NOTADB: '这个文件不是数据库：改 DATABASE_URL，要和服务用的一样。',
  SQLITE_CANTOPEN: '数据库文件打不开：检查这个文件的读写权限。',
  SQLITE_READONLY: '数据库文件不能写：检查文件的权限和磁盘。',
  SQLITE_BUSY: '数据库正忙，五秒内没有轮到：稍等再运行一次。',
  SQLITE_FULL: '磁盘满了：清理以后再运行一次。',
  SQLITE_CORRUPT: '数据库文件坏了：不要再写，从备份恢复。',
}

/** Chinese for what a database's driver throws; undefined for what is no fault of the database. */
function databaseZh(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } }
  const name = String(driverError?.code ?? code ?? '')
  const known = Object.keys(CODES_ZH).find((one) => name.startsWith(one))
  if (known !== undefined) return CODES_ZH[known]
  // TypeORM wraps whatever a statement throws.
  return error.name === 'QueryFailedError' || /^(SQLITE_|ER_|PROTOCOL_)/.test(name)
    ? '数据库没有照做：运行 npm run -s doctor 看数据库的状态。'
    : undefined
}
