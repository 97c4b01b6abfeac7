import { systemClock } from '../server/core/kernel/clock.ts'
import { createSandbox, presets } from './sandbox.ts'
import { KIND } from './shops/manners.ts'

const HELP = `npm run sandbox

A WeCom (企业微信) of your own on this machine. Settings of the environment: SANDBOX_PORT (3100), SANDBOX_HOST (127.0.0.1),
SANDBOX_APP_URL (where Huoshui runs), SANDBOX_PRESET (${presets.join(' ')}), SANDBOX_SEED, ORDERS_SECRET.`
const [word] = process.argv.slice(2)
if (word !== undefined) {
  const isHelp = word === '--help' || word === '-h'
  console[isHelp ? 'log' : 'error'](isHelp ? HELP : `不认识 ${word}。\n\n${HELP}`)
  process.exit(isHelp ? 0 : 2)
}

const port = Number(process.env.SANDBOX_PORT ?? 3100)
const host = process.env.SANDBOX_HOST ?? '127.0.0.1'
const appUrl = process.env.SANDBOX_APP_URL ?? 'http://127.0.0.1:3000'
const seed = Number(process.env.SANDBOX_SEED ?? 1)

const { SANDBOX_PRESET: wanted = 'brand' } = process.env
const preset = presets.find((name) => name === wanted)
if (preset === undefined) {
  console.error(`SANDBOX_PRESET=${wanted} 不认识。可选：${presets.join(' ')}`)
  process.exit(2)
}

const { ORDERS_SECRET: ordersSecret } = process.env
const credentials = ordersSecret === undefined ? {} : { ordersSecret }

// Whoever looks at it should not wait for a push that was lost; the page can lose them.
const sandbox = createSandbox({ clock: systemClock, preset, seed, appUrl, credentials, shopManners: KIND })
const url = await sandbox.listen(port, host)
console.log(`企业微信沙盒已启动：${url}`)

async function stop(): Promise<void> {
  await sandbox.close()
  process.exit(0)
}
process.once('SIGINT', () => void stop())
process.once('SIGTERM', () => void stop())
