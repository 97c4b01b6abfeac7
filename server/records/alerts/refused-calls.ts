import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { CallResult } from '../../platform/wecom/call.ts'
import { ERRCODE, OUT_OF_RANGE } from '../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import { TOKEN_PATH } from '../../platform/wecom/token/access-token.ts'
import type { Alerts } from './alerts.ts'
import { ASK_AGAIN_PATH, namePaths } from './name-paths.ts'

/** WeCom's own hiccups are over by then. */
const LASTS_MS = MINUTE_MS
/** Another process may be refused still, when this one's call went through: it tells again within its minute. */
const QUIET_MS = 2 * MINUTE_MS

/** These are about the whole app, whatever was asked. */
const OF_THE_APP = new Set<number>([
  ERRCODE.untrustedIp,
  ERRCODE.wrongSecret,
  ERRCODE.wrongAgentId,
  ERRCODE.appIsClosed,
  ERRCODE.noRightToApp,
])

/** Of these, what is mended in WeCom's console while we run. */
const MENDED_THERE = new Set<number>([ERRCODE.untrustedIp, ERRCODE.appIsClosed, ERRCODE.noRightToApp])

/** These are about one member or customer among many. */
const OF_ONE = new Set<number>([...OUT_OF_RANGE, ERRCODE.takerIsFull, ERRCODE.notServing, 92000])
/** An app need not see the whole directory; what it may not see is done without (records/staff/read-staff.ts). A tag that is
 *  not ours to rename has an alert of its own (records/tags/rename-tags.ts). */
const isExpected = (path: string, errcode: number): boolean =>
  OF_ONE.has(errcode) ||
  (path === ASK_AGAIN_PATH && !OF_THE_APP.has(errcode)) ||
  (errcode === ERRCODE.notOurTag && path === '/cgi-bin/externalcontact/edit_corp_tag') ||
  (errcode === ERRCODE.noRightToApi && /^\/cgi-bin\/(?:user|department)\//.test(path))

interface Refusals {
  errcode: number
  /** Since no such call has gone through; UTC milliseconds. */
  firstAtMs: number
  lastAtMs: number
  paths: Set<string>
  /** A call of the kind has gone through since. */
  goodAtMs: number | undefined
}

/** What a yes of this endpoint says about a refusal of the whole app: a token is given to whom nothing else is, so that
 *  gettoken's yes counts only where gettoken's no was all that there is, or the secret was wrong. */
const isMended = ({ errcode, paths }: Pick<Refusals, 'errcode' | 'paths'>, path: string): boolean => {
  if (!OF_THE_APP.has(errcode)) return paths.has(path)
  return path !== TOKEN_PATH || errcode === ERRCODE.wrongSecret || (paths.size === 1 && paths.has(TOKEN_PATH))
}

const KIND = 'platform.refused'
const keyOf = (errcode: number, path: string): string =>
  OF_THE_APP.has(errcode) ? `${KIND}:${errcode}` : `${KIND}:${errcode}:${path}`

/** Calls of ours that WeCom refuses until somebody changes a setting there (trusted addresses, rights, the secret): an alert
 *  for each, once it has lasted a minute, closed when such calls go through again. What only one customer or guide is
 *  refused for is no alert: see `npm run actions -- failed`. */
export function createRefusedCalls({ db, clock, alerts }: { db: Pick<Db, 'tx'>; clock: Clock; alerts: Alerts }) {
  const refused = new Map<string, Refusals>()
  /** Which endpoints have said yes to this process; those that are new since we last looked. */
  const good = new Set<string>()
  let isGoodNews = false

  function onCall({ path, errcode }: Pick<CallResult, 'path' | 'errcode'>): void {
    if (errcode === undefined) return
    const now = clock.now()
    if (errcode === 0) {
      if (!good.has(path)) isGoodNews = true
      good.add(path)
      for (const one of refused.values()) {
        if (isMended(one, path)) one.goodAtMs = now
      }
      return
    }
    if (errorCode(errcode).kind !== 'operator' || isExpected(path, errcode)) return
    const key = keyOf(errcode, path)
    const known = refused.get(key)
    if (known === undefined) {
      refused.set(key, { errcode, firstAtMs: now, lastAtMs: now, paths: new Set([path]), goodAtMs: undefined })
      return
    }
    known.paths.add(path)
    known.lastAtMs = now
    known.goodAtMs = undefined
  }

  async function tell(): Promise<void> {
    const now = clock.now()
    const isOver = ({ goodAtMs, lastAtMs }: Refusals): boolean => goodAtMs !== undefined && now - lastAtMs >= QUIET_MS
    const lasts = ({ goodAtMs, firstAtMs }: Refusals): boolean => goodAtMs === undefined && now - firstAtMs >= LASTS_MS
    const over = [...refused].filter(([, one]) => isOver(one)).map(([key]) => key)
    const told = [...refused].filter(([, one]) => lasts(one))
    const looksBack = isGoodNews
    if (over.length === 0 && told.length === 0 && !looksBack) return
    isGoodNews = false
    await db.tx(async (tx) => {
      if (looksBack) over.push(...(await mendedBefore(tx)))
      for (const key of over) await alerts.resolve(tx, key)
      for (const [key, { errcode, paths, firstAtMs, lastAtMs }] of told) {
        const { zh, todo = '请在企业微信管理后台检查应用的权限与可见范围' } = errorCode(errcode)
        const alert = { key, text: textOf(errcode, zh, [...paths]), todo }
        // Since it began; or, when another process took it for mended meanwhile, anew.
        if (!(await alerts.raise(tx, { ...alert, atMs: firstAtMs })))
          await alerts.raise(tx, { ...alert, atMs: lastAtMs })
      }
    })
    for (const key of over) refused.delete(key)
  }

  /** What a process before this one was refused: whoever mends a secret starts the server anew. */
  async function mendedBefore(tx: Tx): Promise<string[]> {
    return (await alerts.queries.open(tx)).flatMap(({ key }) => {
      const [kind, errcode, path] = key.split(':')
      if (kind !== KIND || errcode === undefined || refused.has(key)) return []
      if (path !== undefined) return good.has(path) ? [key] : []
      const before = { errcode: Number(errcode), paths: new Set<string>() }
      return [...good].some((one) => isMended(before, one)) ? [key] : []
    })
  }

  return {
    onCall,
    tell,
    /** Asking too often with a wrong secret bans our address (doc 90313): who mends it starts the server anew. */
    isWaiting: (): boolean => [...refused.values()].some(({ errcode }) => MENDED_THERE.has(errcode)),
  }
}

function textOf(errcode: number, zh: string, paths: string[]): string {
  return `企业微信一直拒绝活水的调用（${errcode} ${zh}），用到 ${namePaths(paths)} 的功能都停住了`
}
