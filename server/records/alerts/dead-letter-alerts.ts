import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { deadLetters } from '../../engine/actions/dead-letters.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { Alerts } from './alerts.ts'

const KINDS = { action: 'actions.dead', event: 'events.dead' } as const

/** Actions and events that were given up: an alert for each kind of them, closed when none is left. Struck off with
 *  `alerts done` it comes back only when one more is given up. Alerts that did not go out are told by another way. */
export function createDeadLetterAlerts({ db, alerts }: { db: Pick<Db, 'tx'>; alerts: Alerts }): Job {
  return {
    name: 'alerts.dead-letters',
    everyMs: MINUTE_MS,
    dueAt: leftOut('a rehearsal tells nobody'),
    run: () =>
      db.tx(async (tx) => {
        const tally = (await deadLetters.tally(tx)).filter(({ what }) => !what.startsWith('alert.'))
        const keys = new Set<string>()
        for (const { kind, what, count, newestAtMs, errcode } of tally) {
          const key = `${KINDS[kind]}:${what}`
          keys.add(key)
          const why = errcode === undefined ? '' : `，最近一个是因为 ${errcode} ${errorCode(errcode).zh}`
          const noun = kind === 'action' ? '动作' : '事件'
          await alerts.raise(tx, {
            key,
            text: `有 ${count} 个${noun}反复失败，已经放弃：${what}${why}`,
            todo: `运行 npm run -s actions -- dead 看原因；解决后运行 npm run -s actions -- retry ${what} 补做`,
            atMs: newestAtMs,
          })
        }
        const isOurs = (key: string): boolean => Object.values(KINDS).some((kind) => key.startsWith(`${kind}:`))
        for (const { key } of await alerts.queries.open(tx)) {
          if (isOurs(key) && !keys.has(key)) await alerts.resolve(tx, key)
        }
      }),
  }
}
