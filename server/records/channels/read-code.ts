import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { LiveCode } from './channel-actions.ts'

export type CodeReading = 'gone' | { users: string[]; skipVerify: boolean | undefined; qrCode: string | undefined }
export type CodeChange = 'same' | 'changed' | 'gone'

export interface ReadCodeDeps {
  db: Pick<Db, 'tx'>
  clock: Clock
  wecom: { ways: Pick<Wecom['ways'], 'get'> }
  alerts: Pick<Alerts, 'raise'>
}

interface StoredCode {
  name: string
  config_id: string | null
  qr_code: string | null
  live_as: string | null
}

const TOLD_FOR_MS = 30 * DAY_MS

/** What a channel's live code is at WeCom, and what to do when it is not what we made: the next keeping makes it so. */
export function createReadCode({ db, clock, wecom, alerts }: ReadCodeDeps) {
  const stored = (tx: Tx, state: string): Promise<StoredCode | undefined> =>
    tx.row('SELECT name, config_id, qr_code, live_as FROM channel WHERE state = ?', [state])

  return {
    /** States of the channels that have a code. */
    states: async (tx: Tx): Promise<string[]> =>
      (await tx.rows<{ state: string }>('SELECT state FROM channel WHERE config_id IS NOT NULL ORDER BY state')).map(
        (row) => row.state,
      ),

    /** Undefined: the channel has no code yet. Throws what get_contact_way throws, but for a code that is gone. */
    read: async (state: string): Promise<CodeReading | undefined> => {
      const configId = (await db.tx((tx) => stored(tx, state)))?.config_id
      if (configId === null || configId === undefined) return undefined
      try {
        const { contact_way: way } = await wecom.ways.get({ config_id: configId })
        const qrCode = way.qr_code === '' ? undefined : way.qr_code
        return { users: [...(way.user ?? [])].sort(), skipVerify: way.skip_verify, qrCode }
      } catch (error) {
        if (isRefusedWith(error, ERRCODE.noSuchWay)) return 'gone'
        throw error
      }
    },

    /** Safe to repeat. */
    record: async (tx: Tx, state: string, reading: CodeReading | undefined): Promise<CodeChange> => {
      const code = await stored(tx, state)
      // Without `live_as` it is about to be made anew already.
      if (code === undefined || code.live_as === null || reading === undefined) return 'same'
      const now = clock.now()
      if (reading === 'gone') {
        await tx.run(
          `UPDATE channel SET config_id = NULL, qr_code = NULL, live_as = NULL, trouble = ?, changed_at = ? WHERE state = ?`,
          ['企业微信里已没有这个活码，正在重新生成', now, state],
        )
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
        made.users.join(' ') === reading.users.join(' ') &&
        (reading.skipVerify === undefined || reading.skipVerify === made.skipVerify)
      if (!isSame) {
        await tx.run('UPDATE channel SET live_as = NULL, changed_at = ? WHERE state = ?', [now, state])
        return 'changed'
      }
      if (reading.qrCode !== undefined && reading.qrCode !== code.qr_code) {
        await tx.run('UPDATE channel SET qr_code = ?, changed_at = ? WHERE state = ?', [reading.qrCode, now, state])
      }
      return 'same'
    },
  }
}
