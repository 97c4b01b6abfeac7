import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../core/kernel/clock.ts'
import { createLogger } from '../core/kernel/logger.ts'
import { createHuoshui } from '../huoshui.ts'
import { readSettings } from '../settings.ts'
import type { FollowDeps } from './follow-run.ts'
import type { Screen } from './screen.ts'

/** What the commands `sync` and `reconcile` work with: the whole product, of which only the back-fill lane moves. */
export function openSync(): FollowDeps & { close(): Promise<void> } {
  const settings = readSettings(process.env)
  const log = createLogger({ level: 'error' })
  const huoshui = createHuoshui({ settings, clock: systemClock, log, only: 'backfill' })
  const screen: Screen = {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    bar: process.stderr.isTTY ? (text) => void process.stderr.write(`\r\u001b[K${text}`) : undefined,
  }
  let isPrepared = false
  return {
    db: huoshui.db,
    clock: systemClock,
    screen,
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
