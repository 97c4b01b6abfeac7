import { AppError, describeError } from './core/kernel/app-error.ts'
import { systemClock } from './core/kernel/clock.ts'
import { createLogger } from './core/kernel/logger.ts'
import { startTick } from './engine/tick.ts'
import { createHuoshui } from './huoshui.ts'
import { readSettings } from './settings.ts'

/** Longest wait for calls under way when asked to stop; what is cut off then is taken up again at the next start. */
const STOP_WITHIN_MS = 15_000

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const log = createLogger({ level: settings.LOG_LEVEL })
  const huoshui = createHuoshui({ settings, clock: systemClock, log })

  const address = await huoshui.app.listen({ host: settings.HOST, port: settings.PORT })
  await huoshui.prepare()
  const tick = startTick(huoshui.beat)
  log.info({ address }, 'Huoshui is up')

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping: no new requests, finishing what is claimed')
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
    await tick.stop()
    await huoshui.stop()
    log.info('stopped')
    process.exit(0)
  }
  process.on('SIGTERM', (signal) => void stop(signal))
  process.on('SIGINT', (signal) => void stop(signal))
}

main().catch((error: unknown) => {
  const text = error instanceof AppError ? error.message : describeError(error)
  process.stderr.write(`Huoshui cannot start: ${text}\n`)
  process.exit(error instanceof AppError && error.code === 'settings.invalid' ? 2 : 1)
})
