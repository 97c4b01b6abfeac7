import { holdDatabase } from './core/db/hold-database.ts'
import { AppError, describeError } from './core/kernel/app-error.ts'
import { systemClock } from './core/kernel/clock.ts'
import { createLogger } from './core/kernel/logger.ts'
import { startTick } from './engine/tick.ts'
import { createHuoshui } from './huoshui.ts'
import { readShopSecrets } from './platform/shops/shop-secrets.ts'
import { readSettings, settingsText } from './settings.ts'

/** Longest wait for calls under way when asked to stop; what is cut off then is taken up again at the next start. */
const STOP_WITHIN_MS = 15_000

const HELP = `Huoshui 活水 · npm run server

Runs the server with the settings of the environment. Without WECOM_CORP_ID use ./scripts/start, which runs it against
the sandbox.
用环境变量里的设置启动服务。没有企业时用 ./scripts/start 在沙盒里试。

${settingsText()}`

async function main(): Promise<void> {
  const words = process.argv.slice(2)
  if (words[0] === '--help' || words[0] === '-h') return void process.stdout.write(`${HELP}\n`)
  if (words.length > 0) throw new AppError('settings.invalid', `unknown words: ${words.join(' ')}\n\n${HELP}`)
  const settings = readSettings(process.env)
  // Let go of when the process ends, however it ends.
  holdDatabase(settings.DATABASE_URL, { pid: process.pid, address: `http://${settings.HOST}:${settings.PORT}` })
  const log = createLogger({ level: settings.LOG_LEVEL })
  if (settings.ORDERS_SIGNATURE === 'any') {
    log.info('the shop may still sign without method and path; once it sends v2=…, set ORDERS_SIGNATURE=v2')
  }
  const huoshui = createHuoshui({ settings, clock: systemClock, log, shopSecrets: readShopSecrets(process.env) })

  const address = await huoshui.app.listen({ host: settings.HOST, port: settings.PORT })
  await huoshui.prepare()
  const tick = startTick(huoshui.beat, log)
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
  const text =
    error instanceof AppError
      ? `${error.message}${error.zh === undefined ? '' : `\n${error.zh}`}`
      : describeError(error)
  process.stderr.write(`Huoshui cannot start: ${text}\n`)
  process.exit(error instanceof AppError && error.code === 'settings.invalid' ? 2 : 1)
})
