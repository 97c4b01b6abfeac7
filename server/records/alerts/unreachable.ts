import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { CallResult } from '../../platform/wecom/call.ts'
import type { Alerts } from './alerts.ts'
import { namePaths } from './name-paths.ts'

/** A broken connection, a restart of something in between: over by then. */
const LASTS_MS = MINUTE_MS
const QUIET_MS = 2 * MINUTE_MS
/** Actions are tried again every two hours at most: what nobody has asked for longer, nobody misses. */
const FORGOTTEN_MS = 3 * HOUR_MS
const FEWEST_TRIES = 2

interface Silence {
  /** Since no call of the endpoint was answered; UTC milliseconds. */
  firstAtMs: number
  lastAtMs: number
  tries: number
  /** Another endpoint answered after the last try. */
  isAnsweredElsewhere: boolean
  /** Others answered between its tries: it is this one endpoint, not the way to WeCom. */
  isAlone: boolean
}

const KIND = 'platform.unreachable'

/** WeCom gives no usable answer (no connection, a time-out, HTTP 5xx, a page in place of JSON): one alert for all that are
 *  silent together, one for an endpoint that is silent by itself, once it has lasted a minute; closed when it answers. */
export function createUnreachable({ db, clock, alerts }: { db: Pick<Db, 'tx'>; clock: Clock; alerts: Alerts }) {
  const silent = new Map<string, Silence>()
  let told = new Set<string>()
  /** This process has been answered since it last looked for alerts of processes before it. */
  let isFirstAnswer = false
  let wasAnswered = false

  function onCall({ path, isAnswered }: Pick<CallResult, 'path' | 'isAnswered'>): void {
    const now = clock.now()
    if (isAnswered) {
      isFirstAnswer ||= !wasAnswered
      wasAnswered = true
      silent.delete(path)
      for (const one of silent.values()) one.isAnsweredElsewhere = true
      return
    }
    const known = silent.get(path)
    if (known === undefined) {
      silent.set(path, { firstAtMs: now, lastAtMs: now, tries: 1, isAnsweredElsewhere: false, isAlone: false })
      return
    }
    known.isAlone ||= known.isAnsweredElsewhere
    known.isAnsweredElsewhere = false
    known.lastAtMs = now
    known.tries += 1
  }

  const isOver = ({ isAlone, isAnsweredElsewhere, lastAtMs }: Silence, now: number): boolean =>
    isAlone ? now - lastAtMs >= FORGOTTEN_MS : isAnsweredElsewhere && now - lastAtMs >= QUIET_MS

  /** What is silent now, by the key of its alert. */
  function troubles(now: number): Map<string, { firstAtMs: number; lastAtMs: number; paths: string[] }> {
    const found = new Map<string, { firstAtMs: number; lastAtMs: number; paths: string[] }>()
    for (const [path, one] of silent) {
      if (isOver(one, now)) {
        silent.delete(path)
        continue
      }
      if (one.tries < FEWEST_TRIES || now - one.firstAtMs < LASTS_MS || (one.isAnsweredElsewhere && !one.isAlone))
        continue
      const key = one.isAlone ? `${KIND}:${path}` : KIND
      const { firstAtMs, lastAtMs, paths } = found.get(key) ?? { ...one, paths: [] }
      found.set(key, {
        firstAtMs: Math.min(firstAtMs, one.firstAtMs),
        lastAtMs: Math.max(lastAtMs, one.lastAtMs),
        paths: [...paths, path],
      })
    }
    return found
  }

  async function tell(): Promise<void> {
    const now = clock.now()
    const open = troubles(now)
    const stillSilent = new Set([...silent].map(([path, one]) => (one.isAlone ? `${KIND}:${path}` : KIND)))
    const over = [...told].filter((key) => !open.has(key) && !stillSilent.has(key))
    const looksBack = isFirstAnswer
    if (open.size === 0 && over.length === 0 && !looksBack) return
    isFirstAnswer = false
    await db.tx(async (tx) => {
      if (looksBack) over.push(...(await ofBefore(tx, stillSilent)))
      for (const key of over) await alerts.resolve(tx, key)
      for (const [key, { firstAtMs, lastAtMs, paths }] of open) {
        const alert = { key, ...wordsOf(key, paths) }
        // Since it began; or, when another process took it for over meanwhile, anew.
        if (!(await alerts.raise(tx, { ...alert, atMs: firstAtMs })))
          await alerts.raise(tx, { ...alert, atMs: lastAtMs })
      }
    })
    told = new Set([...told, ...open.keys()].filter((key) => !over.includes(key)))
  }

  /** Left open by a process before this one. */
  const ofBefore = async (tx: Tx, stillSilent: ReadonlySet<string>): Promise<string[]> =>
    (await alerts.queries.open(tx)).flatMap(({ key }) =>
      (key === KIND || key.startsWith(`${KIND}:`)) && !stillSilent.has(key) && !told.has(key) ? [key] : [],
    )

  return { onCall, tell, isWaiting: (): boolean => silent.size > 0 }
}

function wordsOf(key: string, paths: readonly string[]): { text: string; todo: string } {
  if (key === KIND) {
    return {
      text: `连不上企业微信：一分钟多没有一个可用的答复（${namePaths(paths)}），要发出去的都在等`,
      todo: '检查服务器的网络、DNS 和代理（npm run -s doctor）；恢复后会自动补做，欢迎语除外',
    }
  }
  return {
    text: `企业微信的接口 ${namePaths(paths)} 一直没有可用的答复，其他接口正常；用到它的功能在等`,
    todo: '多半是企业微信的故障，会自动重试；超过一小时就在企业微信开放社区查看或反馈',
  }
}
