import { createLogger } from '../server/core/kernel/logger.ts'
import { startTick } from '../server/engine/tick.ts'
import { createHuoshui } from '../server/huoshui.ts'
import { readSettings } from '../server/settings.ts'
import { fastClock } from './fast-clock.ts'

/** The server as server/main.ts runs it, by a clock that may run faster. */
const clock = fastClock(Number(process.env.FAST_EPOCH_MS), Number(process.env.FAST_SPEED))
const settings = readSettings(process.env)
const log = createLogger({ level: settings.LOG_LEVEL })
// Its database counts the same fast seconds; by its own it would be hours behind and this process take up nothing.
const huoshui = createHuoshui({ settings, clock, log, databaseClock: clock })
const address = await huoshui.app.listen({ host: settings.HOST, port: settings.PORT })
await huoshui.prepare()
const tick = startTick(huoshui.beat, log)
process.stdout.write(`${address}\n`)
process.once('SIGTERM', async () => {
  await tick.stop()
  await huoshui.stop()
  process.exit(0)
})
