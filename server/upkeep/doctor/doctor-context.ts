import { existsSync } from 'node:fs'
import { migrations } from '../../../migrations/index.ts'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { sql } from '../../core/db/sql.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { isRealPlatform } from '../../core/kernel/is-real-platform.ts'
import { readShopSecrets, type ShopSecrets } from '../../platform/shops/shop-secrets.ts'
import { type LoadedRules, loadRules } from '../../rules/load-rules.ts'
import type { SettingFault, Settings } from '../../settings.ts'
import { ask } from './ask.ts'
import { CannotLook } from './finding.ts'
import { createPlatform, type Platform } from './platform.ts'

/** A deployment as one run of the doctor sees it: each thing is read once, when the first check asks for it. */
export interface DoctorContext {
  /** Those that are right. */
  settings: Partial<Settings>
  settingFaults: readonly SettingFault[]
  /** What the environment holds for shops. */
  shopSecrets: ShopSecrets
  clock: Clock
  /** WECOM_API_BASE is WeCom itself, no sandbox. */
  isRealPlatform: boolean
  /** The setting. Throws CannotLook when it is not set, or wrong. */
  need<Name extends keyof Settings>(name: Name): NonNullable<Settings[Name]>
  platform: Platform
  /** Origin at which the world reaches us. Throws CannotLook. */
  publicUrl(): string
  /** The open database. Throws the driver's error, or CannotLook. */
  connect(): Promise<Db>
  /** The same for checks that need the tables. Throws CannotLook. */
  db(): Promise<Db>
  rules(): Promise<LoadedRules>
  /** Prometheus text of the running server. Throws CannotLook. */
  metrics(): Promise<string>
}

export interface PatientDeps {
  settings: Partial<Settings>
  settingFaults: readonly SettingFault[]
  /** Default: nothing. */
  shopSecrets?: ShopSecrets
  clock: Clock
  /** Of the server we are part of; otherwise one is opened, and closed by `close`. */
  db?: Db | undefined
  /** Of the server we are part of; otherwise it is asked for over HTTP. */
  metrics?: (() => Promise<string>) | undefined
}

/** File of a SQLite database; undefined for others and for one in memory. */
export function sqliteFile(databaseUrl: string): string | undefined {
  const file = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : ''
  return file === '' || file === ':memory:' ? undefined : file
}

export function createPatient(deps: PatientDeps): DoctorContext & { close(): Promise<void> } {
  const { settings, settingFaults, clock } = deps
  let opened: Db | undefined

  function need<Name extends keyof Settings>(name: Name): NonNullable<Settings[Name]> {
    const value = settings[name]
    if (value === undefined || value === null) throw new CannotLook(`${name} 还没有设好，先解决「设置」`)
    return value
  }

  const localUrl = (): string => {
    const host = need('HOST')
    if (need('PORT') === 0) throw new CannotLook('PORT 是 0，不知道服务在哪个端口')
    return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${need('PORT')}`
  }

  const connect = once(async () => {
    if (deps.db !== undefined) return answering(deps.db)
    const url = need('DATABASE_URL')
    const file = sqliteFile(url)
    // Opening would make the file.
    if (file !== undefined && !existsSync(file)) throw new CannotLook('数据库文件还没有，服务第一次启动时会建')
    opened = createDb(url, migrations)
    return answering(opened)
  })

  return {
    settings,
    settingFaults,
    shopSecrets: deps.shopSecrets ?? readShopSecrets({}),
    clock,
    isRealPlatform: settings.WECOM_API_BASE !== undefined && isRealPlatform(settings.WECOM_API_BASE),
    need,
    platform: createPlatform(need, clock),
    publicUrl: () => settings.PUBLIC_URL ?? localUrl(),
    connect,
    db: async () => {
      try {
        return await connect()
      } catch (error) {
        throw error instanceof CannotLook ? error : new CannotLook('数据库连不上，先解决「数据库」')
      }
    },
    rules: once(() => loadRules(need('HUOSHUI_CONFIG'), VOCABULARY)),
    metrics: once(async () => {
      if (deps.metrics !== undefined) return deps.metrics()
      const heard = await ask(`${localUrl()}/metrics`).catch(() => undefined)
      if (heard?.status !== 200) throw new CannotLook('服务没有在本机运行（或 HOST、PORT 与服务的不一样）')
      return heard.text
    }),
    close: async () => opened?.close(),
  }
}

/** A pool may have been opened long ago and its server be away since. */
async function answering(db: Db): Promise<Db> {
  await db.statement((tx) => tx.row(sql`SELECT 1`))
  return db
}

function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= work()
    return made
  }
}
