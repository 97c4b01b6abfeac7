import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts'
import { raw } from '../core/db/sql.ts'
import { type Clock, createSettableClock, type SettableClock } from '../core/kernel/clock.ts'
import { createLogger } from '../core/kernel/logger.ts'
import { createHuoshui } from '../huoshui.ts'
import { readShopSecrets } from '../platform/shops/shop-secrets.ts'
import { readSettings } from '../settings.ts'
import { createMigratedDatabase } from './migrated-database.ts'
import { questionsTo } from './questions.ts'

export interface TestAppOptions {
  /** ISO 8601 with offset; default a Sunday morning in Shanghai. */
  now?: string
  /** Rule files, path below the config folder to YAML text; default: none. `'brand'`: the shipped folder. */
  config?: Record<string, string | Uint8Array> | 'brand'
  sandbox?: Partial<SandboxOptions>
  /** A database of an earlier app, to see what a restart does; it is then not dropped by `close`. */
  databaseUrl?: string
  /** A sandbox that goes on while the app restarts; it is then not closed by `close`. */
  platform?: TestPlatform
  /** What time the database thinks it is; default: that of the app. */
  databaseClock?: Clock
  env?: Record<string, string>
  /** A built sidebar of the test's own. */
  distDir?: string
}

interface TestPlatform {
  sandbox: Sandbox
  clock: SettableClock
}
export type TestApp = Awaited<ReturnType<typeof buildTestApp>>

/** Huoshui and the sandbox, both real servers on real ports over real storage, under one settable clock. */
export async function buildTestApp(options: TestAppOptions = {}) {
  const clock = options.platform?.clock ?? createSettableClock(options.now ?? '2026-11-22T09:00:00+08:00')
  const sandbox = options.platform?.sandbox ?? createSandbox({ clock, retryDelaysMs: [5, 10], ...options.sandbox })
  if (options.platform === undefined) await sandbox.listen()
  const database = options.databaseUrl === undefined ? await createMigratedDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? database?.url ?? ''
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-config-'))
  const writeConfig = (files: Record<string, string | Uint8Array>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(configDir, path)), { recursive: true })
      writeFileSync(join(configDir, path), content)
    }
  }
  if (options.config === 'brand') cpSync('config', configDir, { recursive: true })
  else writeConfig(options.config ?? {})

  const { credentials } = sandbox
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: databaseUrl,
    HUOSHUI_CONFIG: configDir,
    WECOM_API_BASE: sandbox.url,
    WECOM_CORP_ID: credentials.corpId,
    WECOM_AGENT_ID: String(credentials.agentId),
    WECOM_SECRET: credentials.secret,
    WECOM_CALLBACK_TOKEN: credentials.callbackToken,
    WECOM_CALLBACK_AES_KEY: credentials.aesKey,
    ORDERS_SECRET: credentials.ordersSecret,
    ...options.env,
  })
  const logLines: string[] = []
  const destination = {
    write: (line: string) => {
      logLines.push(line)
      if (process.env.TEST_LOG !== undefined) process.stderr.write(line)
    },
  }
  const log = createLogger({ level: settings.LOG_LEVEL, destination })
  const built = options.distDir === undefined ? {} : { distDir: options.distDir }
  const { databaseClock = clock } = options
  const huoshui = createHuoshui({
    settings,
    clock,
    databaseClock,
    log,
    shopSecrets: readShopSecrets(options.env ?? {}),
    ...built,
  })
  const url = await huoshui.app.listen({ host: '127.0.0.1', port: 0 })
  sandbox.connect(url)
  await huoshui.prepare()

  /** MySQL's SKIP LOCKED may pass over a row that another claim is just looking at. In production the next beat, a
   *  second later, comes back to it; here the tables are asked. */
  async function drained(): Promise<void> {
    for (let round = 0; round < 100; round++) {
      await huoshui.drained()
      const now = clock.now()
      const due = await huoshui.db
        .tx((tx) =>
          tx.row(
            raw(
              `SELECT 1 AS found FROM action WHERE state = 'waiting' AND due_at <= ?
             UNION ALL SELECT 1 AS found FROM inbound_event WHERE state = 'new' AND due_at <= ?`,
              [now, now],
            ),
          ),
        )
        .catch(() => undefined)
      if (due === undefined) return
    }
  }

  /** Callbacks delivered, events dispatched, due actions carried out, due jobs run. */
  async function settle(): Promise<void> {
    await sandbox.settle()
    await drained()
    await huoshui.beat()
    await sandbox.settle()
    await drained()
  }
  await settle()

  return {
    url,
    clock,
    sandbox,
    huoshui,
    db: huoshui.db,
    databaseUrl,
    configDir,
    writeConfig,
    /** What the server has logged so far, a JSON line each. `TEST_LOG=1` prints it, too. */
    logLines,
    settle,
    /** Moves the clock and does what has become due. */
    advance: async (ms: number) => {
      clock.advance(ms)
      await settle()
    },
    ...questionsTo(huoshui.db),
    close: async (keep: { database?: boolean } = {}) => {
      await huoshui.stop()
      if (options.platform === undefined) await sandbox.close()
      if (keep.database !== true) await database?.drop()
      rmSync(configDir, { recursive: true, force: true })
    },
  }
}
