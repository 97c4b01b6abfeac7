import type { Db } from '../../core/db/db.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { LiveCode } from './channel-actions.ts'
import { storedChannel, updateChannel } from './channel-store.ts'
import { CHANNEL } from './channel-tables.ts'

export type CodeReading =
  | 'gone'
  | { users: string[] | undefined; skipVerify: boolean | undefined; qrCode: string | undefined }
export type CodeChange = 'same' | 'changed' | 'gone'

export interface ReadCodeDeps {
  db: Pick<Db, 'tx'>
  clock: Clock
  wecom: { ways: Pick<Wecom['ways'], 'get'> }
  alerts: Pick<Alerts, 'raise'>
}

const c = CHANNEL
const TOLD_FOR_MS = 30 * DAY_MS

/** What a channel's live code is at WeCom, and what to do when it is not what we made: the next keeping makes it so. */
export function createReadCode({ db, clock, wecom, alerts }: ReadCodeDeps) {
  return {
    /** States of the channels that have a code. */
    states: async (tx: Tx): Promise<string[]> => {
      const rows = await tx.rows(
        sql`SELECT ${pick(c, 'state')} FROM ${c} WHERE ${c.config_id} IS NOT NULL ORDER BY ${c.state}`,
      )
      return rows.map((row) => row.state)
    },

    /** Undefined: the channel has no code yet. Throws what get_contact_way throws, but for a code that is gone. */
    read: async (state: string): Promise<CodeReading | undefined> => {
      const configId = (await db.tx((tx) => storedChannel(tx, c.state, state)))?.config_id
      if (configId === null || configId === undefined) return undefined
      try {
        const { contact_way: way } = await wecom.ways.get({ config_id: configId })
        const qrCode = way.qr_code === '' ? undefined : way.qr_code
        return { users: way.user && [...way.user].sort(), skipVerify: way.skip_verify, qrCode }
      } catch (error) {
        if (isRefusedWith(error, ERRCODE.noSuchWay)) return 'gone'
        throw error
      }
    },

    /** Safe to repeat. */
    record: async (tx: Tx, state: string, reading: CodeReading | undefined): Promise<CodeChange> => {
      const code = await storedChannel(tx, c.state, state)
      // Without `live_as` it is about to be made anew already.
      if (code === undefined || code.live_as === null || reading === undefined) return 'same'
      const now = clock.now()
      if (reading === 'gone') {
        const trouble = '企业微信里已没有这个活码，正在重新生成'
        const forgotten = { config_id: null, qr_code: null, live_as: null, trouble, changed_at: now }
        await updateChannel(tx, c.state, state, forgotten)
        await alerts.raise(tx, {
          key: `channel-code-gone:${state}`,
          text: `渠道「${code.name}」的活码在企业微信里没有了，印出去的码扫不了`,
          todo: '会自动生成新的活码；运行 npm run -s channels 拿新图片，把印刷品换掉',
          lapseAtMs: now + TOLD_FOR_MS,
        })
        return 'gone'
      }
      const made = JSON.parse(code.live_as) as LiveCode
      const isSame =
        (reading.users === undefined || made.users.join(' ') === reading.users.join(' ')) &&
        (reading.skipVerify === undefined || reading.skipVerify === made.skipVerify)
      if (!isSame) {
        await updateChannel(tx, c.state, state, { live_as: null, changed_at: now })
        return 'changed'
      }
      if (reading.qrCode !== undefined && reading.qrCode !== code.qr_code) {
        await updateChannel(tx, c.state, state, { qr_code: reading.qrCode, changed_at: now })
      }
      return 'same'
    },
  }
}
