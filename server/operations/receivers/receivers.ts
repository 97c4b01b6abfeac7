import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Channels } from '../../records/channels/channels.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { StaffState } from '../../records/staff/staff-tables.ts'
import { silentReceivers } from './silent-receivers.ts'

export interface ReceiversDeps {
  db: Db
  clock: Clock
  alerts: Pick<Alerts, 'raise' | 'resolve' | 'queries'>
  channels: { queries: Pick<Channels['queries'], 'liveCodes'> }
  customers: { queries: Pick<Customers['queries'], 'latestAdds'> }
  staff: { queries: Pick<Staff['queries'], 'all' | 'nameOf'> }
}

const KIND = 'receiver.silent'
const LOOK_EVERY_MS = 10 * MINUTE_MS
/** The newest adds that are looked at. */
const MOST_ADDS = 5_000
const CANNOT: Partial<Record<StaffState, string>> = { disabled: '账号已被禁用', inactive: '账号还没有激活' }

/** The guides behind live codes: an alert for each who cannot receive customers, by what the directory says or by nobody
 *  reaching them. It is closed when somebody does, or the guide stands in no code any more. */
export function createReceivers({ db, clock, alerts, channels, customers, staff }: ReceiversDeps) {
  /** userid, and what to say of them. */
  async function troubles(tx: Tx): Promise<Map<string, { text: string; todo: string }>> {
    const codes = await channels.queries.liveCodes(tx)
    const silent = silentReceivers(codes, await customers.queries.latestAdds(tx, MOST_ADDS), clock.now())
    const found = new Map<string, { text: string; todo: string }>()
    for (const { userId, name, state } of await staff.queries.all(tx)) {
      const why = CANNOT[state]
      const own =
        why === undefined ? [] : codes.filter(({ users }) => users.includes(userId)).map((code) => code.channel)
      if (own.length === 0) continue
      found.set(userId, {
        text: `导购${name ?? userId}（${userId}）接不了客户：${why}，却在渠道${named(own)}的活码里，扫到他的人加不上`,
        todo: '在管理后台启用或激活这个账号；或在 config/channels/ 的 guides 里先换成别人，保存后马上生效',
      })
    }
    for (const { userId, channels: own, missed, lastAddAtMs } of silent) {
      if (found.has(userId)) continue
      const name = (await staff.queries.nameOf(tx, userId)) ?? userId
      const since = lastAddAtMs === undefined ? '' : `从 ${shanghaiText(lastAddAtMs)} 起`
      found.set(userId, {
        text: `导购${name}（${userId}）可能被企业微信限制了：${since}又有 ${missed} 位客户扫码加上了别人，没有一位加上他；他在渠道${named(own)}的活码里，扫到他的人多半加不上`,
        todo: '请他打开企业微信看有没有账号受限、掉线的提示；先在 config/channels/ 的 guides 里把他换成别人，保存后马上生效，恢复后再加回来',
      })
    }
    return found
  }

  return {
    jobs: [
      {
        name: 'receivers.look',
        everyMs: LOOK_EVERY_MS,
        dueAt: leftOut('a rehearsal tells nobody'),
        run: () =>
          db.tx(async (tx) => {
            const found = await troubles(tx)
            for (const [userId, said] of found) await alerts.raise(tx, { key: `${KIND}:${userId}`, ...said })
            for (const { key } of await alerts.queries.open(tx)) {
              if (key.startsWith(`${KIND}:`) && !found.has(key.slice(KIND.length + 1))) await alerts.resolve(tx, key)
            }
          }),
      },
    ],
  }
}

const named = (channels: readonly string[]): string => channels.map((channel) => `「${channel}」`).join('')
