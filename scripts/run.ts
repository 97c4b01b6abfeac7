import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { credentials, demoShopEnv } from '../sandbox/credentials.ts'
import { holdDatabase } from '../server/core/db/hold-database.ts'
import { AppError } from '../server/core/kernel/app-error.ts'
import { readSomeSettings } from '../server/settings.ts'

const HELP = `./scripts/start [--port N]

Installs what is missing, builds the sidebar, and runs Huoshui: against the corp in the environment (WECOM_CORP_ID …), or
without one against the sandbox, which begins anew at each start.
缺什么装什么，然后启动活水：环境变量里配置了企业就连企业，没有就用沙盒演示，每次从头开始。

  --port N   port of Huoshui, 1 to 65535, default 3000 (or PORT)   活水的端口，1 到 65535，默认 3000（或 PORT）
  --help     this text`

/** Runs Huoshui for `./scripts/start`: against the corp in the environment, or against the sandbox. */
const DEMO_DATABASE = './data/demo.db'
/** What the commands of another terminal need to work on the demo. */
const DEMO_SETTINGS = './data/demo.env'
const wishes = readWishes()

interface Wishes {
  host: string
  port: number
  /** Another port would not do: it was asked for. */
  isFixed: boolean
  databaseUrl: string
}

function readWishes(): Wishes {
  const typed = readTyped()
  if (typed.help === true) return end(0, HELP)
  if (typed.port !== undefined && !isPort(typed.port)) {
    return end(2, `--port wants a number from 1 to 65535, not ${typed.port}.\n--port 要写 1 到 65535 的整数。`)
  }
  try {
    const settings = readSomeSettings(process.env, ['HOST', 'PORT', 'DATABASE_URL'])
    return {
      host: settings.HOST,
      port: typed.port === undefined ? settings.PORT : Number(typed.port),
      isFixed: typed.port !== undefined,
      databaseUrl: settings.DATABASE_URL,
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return end(2, `${error.message}\n${error.zh ?? ''}`)
  }
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}

function readTyped(): { port?: string | undefined; help?: boolean | undefined } {
  try {
    return parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values
  } catch (error) {
    return end(2, `${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

function end(code: number, text: string): never {
  const stream = code === 0 ? process.stdout : process.stderr
  stream.write(`${text}\n`)
  process.exit(code)
}

/** The port that was free a moment ago: this one, or with 0 any; undefined where somebody listens already. */
const freeAmong = (port: number, host = '127.0.0.1'): Promise<number | undefined> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen({ port, host }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })

/** For what need not have a certain one. */
const anyPort = async (wanted: number): Promise<number> => (await freeAmong(wanted)) ?? (await freeAmong(0)) ?? wanted

/** Whoever asks a port that somebody else answers at would take that one for ours. */
async function needPort(port: number, host?: string): Promise<void> {
  if ((await freeAmong(port, host)) !== undefined) return
  end(
    1,
    `Port ${port} is in use; choose another: ./scripts/start --port N\n端口 ${port} 已经有程序在用：换一个（./scripts/start --port N），或者先停掉它。`,
  )
}

const children: ChildProcess[] = []
let stopping = false

function run(name: string, script: string, env: Record<string, string>): void {
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, ...env },
    // The sandbox's few lines of its own would only bury the address to open.
    // Ctrl-C goes to a whole process group: in groups of their own they can be stopped in order.
    detached: true,
    stdio: ['ignore', name === 'The sandbox' ? 'ignore' : 'inherit', 'inherit'],
  })
  children.push(child)
  child.on('exit', (code) => {
    if (stopping) return
    process.stderr.write(`${name} stopped by itself (exit ${code ?? 'signal'}).\n`)
    stop(1)
  })
}

function stop(code: number): void {
  if (stopping) return
  stopping = true
  void stopAll().then(() => process.exit(code))
}

/** Last begun, first stopped: the server finishes what it is asking the sandbox. */
async function stopAll(): Promise<void> {
  for (const child of [...children].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }
}

/** A busy machine of two cores needs more than a minute to load and migrate. */
const STARTS_WITHIN_MS = 180_000

async function waitFor(url: string, what: string): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS
  while (!stopping) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    if (Date.now() > until) {
      process.stderr.write(`${what} does not answer at ${url}; see the log above.\n`)
      return stop(1)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** A newcomer opens the page at once: there should be codes to scan. */
async function waitForCodes(sandbox: string): Promise<void> {
  const until = Date.now() + 20_000
  while (!stopping && Date.now() < until) {
    const answer = await fetch(`${sandbox}/_sandbox/state`).catch(() => undefined)
    const state = (await answer?.json().catch(() => undefined)) as { contactWays?: unknown[] } | undefined
    if ((state?.contactWays?.length ?? 0) > 0) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Takes the databases as the server will; ends here where somebody has one of them. Gives what lets go of the last. */
function hold(databaseUrls: readonly string[], port: number): () => void {
  let letGo = (): void => undefined
  try {
    for (const url of databaseUrls) letGo = holdDatabase(url, { pid: process.pid, address: `http://127.0.0.1:${port}` })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'db.held') throw error
    end(1, `Huoshui is running already; stop it first (${error.message}).\n活水已经在运行，先停掉它：${error.zh}`)
  }
  return letGo
}

/** Whoever runs on the old database would go on with a file that nobody else can see: a server that outlived its launcher
 *  holds it, and a launcher that has not yet begun its server holds the other. */
function beginAnew(port: number): void {
  const letGo = hold([`sqlite:${DEMO_DATABASE}.start`, `sqlite:${DEMO_DATABASE}`], port)
  for (const file of ['', '-wal', '-shm']) rmSync(`${DEMO_DATABASE}${file}`, { force: true })
  letGo()
}

/** The sandbox's credentials open nothing but the sandbox. */
const demoSettings = ({ port, databaseUrl, sandbox }: { port: number; databaseUrl: string; sandbox: string }) => ({
  PORT: String(port),
  DATABASE_URL: databaseUrl,
  WECOM_API_BASE: sandbox,
  WECOM_CORP_ID: credentials.corpId,
  WECOM_AGENT_ID: String(credentials.agentId),
  WECOM_SECRET: credentials.secret,
  WECOM_CALLBACK_TOKEN: credentials.callbackToken,
  WECOM_CALLBACK_AES_KEY: credentials.aesKey,
  ORDERS_SECRET: credentials.ordersSecret,
  ...demoShopEnv(sandbox),
})

async function runDemo(): Promise<void> {
  if (wishes.isFixed) await needPort(wishes.port)
  const port = wishes.isFixed ? wishes.port : await anyPort(wishes.port)
  const sandboxPort = await anyPort(Number(process.env.SANDBOX_PORT ?? 3100))
  const app = `http://127.0.0.1:${port}`
  const sandbox = `http://127.0.0.1:${sandboxPort}`
  // The sandbox forgets everything when it stops, so its customers' database begins anew with it.
  const isOwn = process.env.DATABASE_URL === undefined || wishes.databaseUrl === `sqlite:${DEMO_DATABASE}`
  const databaseUrl = isOwn ? `sqlite:${DEMO_DATABASE}` : wishes.databaseUrl
  if (isOwn) beginAnew(port)
  else hold([databaseUrl], port)()

  run('The sandbox', 'sandbox/main.ts', {
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_APP_URL: app,
    ORDERS_SECRET: credentials.ordersSecret,
  })
  await waitFor(`${sandbox}/`, 'The sandbox')
  const settings = demoSettings({ port, databaseUrl, sandbox })
  mkdirSync(dirname(DEMO_SETTINGS), { recursive: true })
  writeFileSync(
    DEMO_SETTINGS,
    `${Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'`)
      .join('\n')}\n`,
  )
  run('Huoshui', 'server/main.ts', { LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn', ...settings })
  await waitFor(`${app}/readyz`, 'Huoshui')
  await waitForCodes(sandbox)
  if (stopping) return
  process.stdout.write(
    `\nHuoshui 活水 is running against the sandbox (no corp configured; the demo begins anew at each start).\n没有配置企业，正在用沙盒演示；每次启动都从头开始。\n\n  Open 打开: ${sandbox}/\n\nCtrl-C stops both. 按 Ctrl-C 停止。\nCommands in another terminal 在另一个终端运行命令: set -a; . ${DEMO_SETTINGS}\n`,
  )
}

async function runForCorp(): Promise<void> {
  const { host, port, databaseUrl } = wishes
  await needPort(port, host)
  hold([databaseUrl], port)()
  run('Huoshui', 'server/main.ts', { PORT: String(port) })
  const app = `http://${host}:${port}`
  await waitFor(`${app}/healthz`, 'Huoshui')
  if (!stopping) {
    process.stdout.write(
      `\nHuoshui 活水 is running at ${app}\n  callback 回调: /wecom/callback   sidebar 侧边栏: /sidebar/   ready: /readyz\n`,
    )
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0))
await (process.env.WECOM_CORP_ID ? runForCorp() : runDemo())
