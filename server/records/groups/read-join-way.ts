import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import { joinWayQueries, liveSettings, storedJoinWay, updateJoinWay } from './join-way-queries.ts'

export type JoinWayReading = 'gone' | { chatIds: string[] | undefined; autoCreate: boolean; qrCode: string | undefined }
export type JoinWayChange = 'same' | 'changed' | 'gone'

export interface ReadJoinWayDeps {
  db: Pick<Db, 'tx'>
  clock: Clock
  wecom: { groups: Pick<Wecom['groups'], 'getJoinWay'> }
  /** Sets the pool's code right. */
  keep(tx: Tx, pool: string): Promise<void>
}

/** What a pool's join code is at WeCom; where it is not what we made, it is made so again. */
export function createReadJoinWay({ db, clock, wecom, keep }: ReadJoinWayDeps) {
  return {
    /** Pools that have a code. */
    pools: async (tx: Tx): Promise<string[]> =>
      (await joinWayQueries.joinWays(tx)).filter((way) => way.configId !== undefined).map((way) => way.pool),

    /** Undefined: the pool has no code yet. Throws what get_join_way throws, but for a code that is gone. */
    read: async (pool: string): Promise<JoinWayReading | undefined> => {
      const configId = (await db.tx((tx) => storedJoinWay(tx, pool)))?.config_id
      if (configId === null || configId === undefined) return undefined
      try {
        const { join_way: way } = await wecom.groups.getJoinWay({ config_id: configId })
        const qrCode = way.qr_code === '' ? undefined : way.qr_code
        return { chatIds: way.chat_id_list, autoCreate: way.auto_create_room === 1, qrCode }
      } catch (error) {
        if (isRefusedWith(error, ERRCODE.noSuchWay)) return 'gone'
        throw error
      }
    },

    /** Groups that WeCom opened itself (auto_create_room) are no change. Safe to repeat. */
    record: async (tx: Tx, pool: string, reading: JoinWayReading | undefined): Promise<JoinWayChange> => {
      const way = await storedJoinWay(tx, pool)
      const live = way === undefined ? undefined : liveSettings(way)
      // A call about it is on its way.
      if (way === undefined || live === undefined || way.open_key !== null || reading === undefined) return 'same'
      const now = clock.now()
      if (reading === 'gone') {
        await updateJoinWay(tx, pool, { config_id: null, qr_code: null, live_as: null, changed_at: now })
        await keep(tx, pool)
        return 'gone'
      }
      // Which groups it leads to was not told, so nothing is known to be other.
      if (reading.chatIds === undefined) return 'same'
      const listed = new Set(reading.chatIds)
      const own = new Set(live.chatIds)
      const hasAll = live.chatIds.every((chatId) => listed.has(chatId))
      const hasOthers = reading.chatIds.some((chatId) => !own.has(chatId))
      if (hasAll && reading.autoCreate === live.autoCreate && (live.autoCreate || !hasOthers)) return 'same'
      await updateJoinWay(tx, pool, { live_as: null, changed_at: now })
      await keep(tx, pool)
      return 'changed'
    },
  }
}
