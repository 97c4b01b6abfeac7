import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { OnAnswer } from '../../platform/wecom/call.ts'
import type { UnreadField } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from './alerts.ts'

/** An endpoint may be odd for one customer and fine for the next: it counts as understood again when it has been so for
 *  this long, so that the alert does not come and go. */
const QUIET_MS = 10 * MINUTE_MS

interface Seen {
  /** The last field that could not be read, and when; UTC milliseconds. */
  unread: (UnreadField & { atMs: number }) | undefined
  /** Something was seen since the job last looked. */
  isNews: boolean
}

const keyOf = (path: string): string => `platform.unread-answer:${path}`

function textOf({ path, field, leftOut }: UnreadField): string {
  const what = `企业微信接口 ${path} 的答复和文档不一样，字段 ${field} 读不懂`
  if (leftOut === undefined) return `${what}：用到它的功能会停住或缺内容`
  const ids = leftOut.ids.length === 0 ? '' : `（${leftOut.ids.join('、')}）`
  return `${what}：略过了 ${leftOut.count} 条${ids}，其余照常；没读到的不会被当成没有了`
}

/** Endpoints whose answers have another shape than documented: an alert for each, closed when they are understood again.
 *  What each process sees it tells once a minute, so a busy day costs no more than a quiet one. */
export function createUnreadAnswers({ db, clock, alerts }: { db: Pick<Db, 'tx'>; clock: Clock; alerts: Alerts }) {
  const seen = new Map<string, Seen>()

  const onAnswer: OnAnswer = (path, unread) => {
    const known = seen.get(path)
    seen.set(path, {
      unread: unread === undefined ? known?.unread : { ...unread, atMs: clock.now() },
      isNews: true,
    })
  }

  async function tell(): Promise<void> {
    const now = clock.now()
    const news = [...seen].filter(([, { isNews }]) => isNews)
    const isOdd = ({ unread }: Seen): boolean => unread !== undefined && now - unread.atMs < QUIET_MS
    await db.tx(async (tx) => {
      const good = news.filter(([, one]) => !isOdd(one)).map(([path]) => keyOf(path))
      for (const key of await alerts.queries.openAmong(tx, good)) await alerts.resolve(tx, key)
      for (const [path, { unread }] of news.filter(([, one]) => isOdd(one))) {
        if (unread === undefined) continue
        await alerts.raise(tx, {
          key: keyOf(path),
          text: textOf(unread),
          todo: '把活水升级到最新版；还不行就把接口和字段报给开发者。修好后运行 npm run -s actions -- dead 看有哪些动作要补做',
        })
      }
    })
    for (const [path, one] of news) if (seen.get(path) === one) seen.set(path, { ...one, isNews: false })
  }

  const job: Job = {
    name: 'alerts.unread-answers',
    everyMs: MINUTE_MS,
    sideBySide: true,
    dueAt: leftOut('a rehearsal asks no platform'),
    run: tell,
  }
  return { onAnswer, jobs: [job] }
}
