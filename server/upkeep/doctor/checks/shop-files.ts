import { AppError } from '../../../core/kernel/app-error.ts'
import { MINUTE_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { createAlertQueries } from '../../../records/alerts/alert-queries.ts'
import { mapColumns } from '../../../records/orders/column-map.ts'
import type { ShopRule } from '../../../rules/schema/rule-files.ts'
import { type FileReport, fileReports, fileText, fileTrouble, TOLD_FOR_MS } from '../../shops/files/file-reports.ts'
import { type FoundFile, filesIn, whyUnreadable } from '../../shops/files/files-in.ts'
import { unreadAlertKey, unreadTrouble } from '../../shops/files/unread-files.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'

const LOOKED_AT = 20
/** Much longer than an import of a hundred orders takes. */
const STUCK_MS = 30 * MINUTE_MS

/** A shop whose orders come by files that people put into a folder. */
export async function shopFiles(
  context: DoctorContext,
  { shop, id, folder = '', columns }: ShopRule,
): Promise<Finding[]> {
  const what = `店铺「${shop}」`
  const found = await filesIn(folder).catch((error: unknown) => error as NodeJS.ErrnoException)
  if (!Array.isArray(found)) {
    const why = found.code === 'ENOENT' ? '这台机器上没有' : '读不了'
    return [fail(what, `${why}文件夹 ${folder}`, '建好它，让运行活水的用户能读；几台服务器时，至少一台要有')]
  }
  const named = namesFault(columns)
  if (named !== undefined) return [fail(what, named, '改 config/shops 里这家店的 columns')]
  const db = await context.db()
  const reports = await db.tx((tx) => fileReports(tx, { shop: id, limit: LOOKED_AT }))
  const [last] = reports
  const none = found.length === 0 ? '文件夹是空的，等着放导出文件' : `文件夹里有 ${found.length} 个文件，还没有读`
  const standing =
    last === undefined ? none : `最近的文件「${last.name}」（${shanghaiText(last.foundAtMs)}）：${fileText(last)}`
  const now = context.clock.now()
  const unread = await unreadOf(context, { id, found })
  return [
    ok(what, standing),
    ...reports.flatMap((report) => faultOf(what, report, now)),
    ...unread.map(({ text, todo }) => fail(what, text, todo)),
  ]
}

function namesFault(columns: ShopRule['columns']): string | undefined {
  try {
    if (columns !== undefined) mapColumns(columns, (ours) => `columns.${ours}`)
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.zh ?? error.code
  }
}

function faultOf(what: string, report: FileReport, nowMs: number): Finding[] {
  const { name, state, foundAtMs } = report
  if (nowMs - foundAtMs > TOLD_FOR_MS) return []
  if (state === 'reading' && nowMs - foundAtMs > STUCK_MS)
    return [
      warn(
        what,
        `文件「${name}」没有读完：${fileText(report)}`,
        '看服务是不是在运行；文件被拿走了的话，再放回来会接着读',
      ),
    ]
  const trouble = fileTrouble(report)
  if (trouble === undefined) return []
  return [(state === 'refused' ? fail : warn)(what, trouble.text, trouble.todo)]
}

/** Those that whoever asks may not read, or else what the server, which may be somebody else, has told of. */
async function unreadOf(
  context: DoctorContext,
  { id, found }: { id: string; found: readonly FoundFile[] },
): Promise<{ text: string; todo: string }[]> {
  const unread: FoundFile[] = []
  for (const file of found) if ((await whyUnreadable(file.path)) !== undefined) unread.push(file)
  if (unread.length > 0) return [unreadTrouble(unread)]
  const db = await context.db()
  const open = await db.tx((tx) => createAlertQueries(context.clock).open(tx))
  return open.filter(({ key }) => key === unreadAlertKey(id))
}
