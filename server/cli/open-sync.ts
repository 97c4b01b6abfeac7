import { setTimeout as pause } from 'node:timers/promises'
import { createLogger } from '../core/kernel/logger.ts'
import { createHuoshui } from '../huoshui.ts'
import { readSettings } from '../settings.ts'
import type { FollowDeps } from './follow-run.ts'
import type { Desk } from './frame/command.ts'

/** Gives what the commands `sync` and `reconcile` work with. */
export type OpenSync = (desk: Desk) => Promise<FollowDeps & { close(): Promise<void> }>

/** The whole product, of which only the back-fill lane moves. Throws settings.invalid, cli.no-database. */
export const openSync: OpenSync = async (desk) => {
  const settings = readSettings(desk.env)
  // Only to see that it is there, and as this program knows it; the product opens it for itself.
  await desk.db()
  await desk.closeDb()
  const log = createLogger({ level: 'error' })
  const huoshui = createHuoshui({ settings, clock: desk.clock, log, only: 'backfill' })
  let isPrepared = false
  return {
    db: huoshui.db,
    clock: desk.clock,
    screen: desk.screen,
    sync: huoshui.sync,
    work: async () => {
      // Rules decide which pool a group belongs to; leases of a dead server are given back.
      if (isPrepared) await huoshui.beat()
      else isPrepared = await huoshui.prepare()
    },
    pause: () => pause(1_000),
    close: huoshui.stop,
  }
}
