import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { credentials } from '../../sandbox/credentials.ts'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

export interface Started {
  url: string
  pid: number
  /** Asks it to stop, as a supervisor does, and waits; gives its exit code. */
  stop(): Promise<number | null>
  /** kill -9, and waits until it is gone. */
  kill(): Promise<number | null>
}

function launch(script: string, args: string[], env: Record<string, string>, cwd?: string): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

export interface StartOptions {
  env?: Record<string, string>
  args?: string[]
  /** A line it prints when it can be used; its first group is the address. Default: the first http address. */
  ready?: RegExp
  onLine?: (line: string) => void
  /** Where the project lies; default: this one. */
  cwd?: string
}

/** Starts a program and waits until it prints that it is ready. */
export async function startProgram(
  script: string,
  { env = {}, args = [], ready = /(http:\/\/127\.0\.0\.1:\d+)/, onLine = () => undefined, cwd }: StartOptions = {},
): Promise<Started> {
  const child = launch(script, args, env, cwd)
  if (child.stdout === null) throw new Error(`${script} has no output`)
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it listened`)))
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      onLine(line)
      const found = ready.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  const end = (signal: 'SIGTERM' | 'SIGKILL') => (): Promise<number | null> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
      child.once('exit', (code) => resolve(code))
      child.kill(signal)
    })
  return { url, pid: child.pid ?? 0, stop: end('SIGTERM'), kill: end('SIGKILL') }
}

/** Runs a program to its end and gives the JSON of its last line. */
export async function runProgram<Result>(script: string, args: string[]): Promise<Result> {
  const child = launch(script, args, {})
  let last = ''
  if (child.stdout !== null) for await (const line of createInterface({ input: child.stdout })) last = line
  return JSON.parse(last) as Result
}

/** The environment of a Huoshui that talks to the platform at `apiBase`. */
export function huoshuiEnv(apiBase: string, databaseUrl: string, configDir: string): Record<string, string> {
  return {
    PORT: '0',
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseUrl,
    HUOSHUI_CONFIG: configDir,
    WECOM_API_BASE: apiBase,
    WECOM_CORP_ID: credentials.corpId,
    WECOM_AGENT_ID: String(credentials.agentId),
    WECOM_SECRET: credentials.secret,
    WECOM_CALLBACK_TOKEN: credentials.callbackToken,
    WECOM_CALLBACK_AES_KEY: credentials.aesKey,
    ORDERS_SECRET: credentials.ordersSecret,
    PHONE_SECRET: 'a-key-that-nobody-knows',
  }
}

/** Waits until the started server can store. */
export async function untilReady(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
