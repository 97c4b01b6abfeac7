import { AppError, codeOf, type Retry } from '../../core/kernel/app-error.ts'
import { backoffMs, MAX_ATTEMPTS } from '../../core/kernel/backoff.ts'
import type { Failure, Lane } from './action-kind.ts'

const RETRY_MS: readonly number[] = [2_000, 10_000, 60_000, 300_000, 1_800_000, 7_200_000]
/** A welcome has 20 seconds in all. */
const WELCOME_RETRY_MS: readonly number[] = [1_000]
/** Waiting for a limit, our own reckoning's or the platform's (calls in a time, calls at once), is not a failed try. */
const KEPT_BACK = new Set([
  'wecom.rate-limited',
  'wecom.errcode-45009',
  'wecom.errcode-45033',
  'webhook.paused',
  'shop.paused',
  'shop.too-fast',
])
/** What keeps this one back keeps back all of its kind; but of shops each keeps back only what is its own. */
export const keepsBackAll = (error: unknown): boolean => !codeOf(error).startsWith('shop.')

/** A fault of ours does not mend itself; a few tries cover the database's own hiccups. Nor does an answer that we do not
 *  understand, or a list that does not end: a few tries, within minutes, cover one machine of WeCom's that is ahead of the others, and then a person is
 *  to see it. */
const FEW_ATTEMPTS = 4
const NOT_UNDERSTOOD = new Set(['wecom.not-understood', 'wecom.endless-list'])

export type Verdict =
  | { kind: 'again'; afterMs: number; countsAsAttempt: boolean }
  | { kind: 'over'; state: Failure['state'] }

/** What to do with an action whose call failed: the error says whether to retry, this says when and how often. */
export function judgeFailure(
  error: unknown,
  action: { attempts: number; lane: Lane; nowMs: number; expiresAtMs: number | undefined },
): Verdict {
  const retry = error instanceof AppError ? error.retry : 'later'
  const code = codeOf(error)
  const isForAPerson = action.lane === 'outside' || NOT_UNDERSTOOD.has(code)
  // What another system does not take is for a person to see; WeCom's no is a result, which its capability records.
  if (retry === 'never') return { kind: 'over', state: isForAPerson ? 'dead' : 'failed' }
  const countsAsAttempt = !KEPT_BACK.has(code)
  const most = error instanceof AppError && !NOT_UNDERSTOOD.has(code) ? MAX_ATTEMPTS : FEW_ATTEMPTS
  const expires = action.expiresAtMs ?? Number.POSITIVE_INFINITY
  if (countsAsAttempt && action.attempts >= most && action.lane !== 'welcome') return { kind: 'over', state: 'dead' }
  const afterMs = pauseMs(retry, action, countsAsAttempt)
  if (action.nowMs + afterMs >= expires) return { kind: 'over', state: 'expired' }
  return { kind: 'again', afterMs, countsAsAttempt }
}

/** The stated time, but longer and longer while it keeps failing: "busy, a moment please" may last an hour. */
function pauseMs(
  retry: Exclude<Retry, 'never'>,
  { lane, attempts }: { lane: Lane; attempts: number },
  countsAsAttempt: boolean,
): number {
  if (lane === 'welcome') return retry === 'later' ? backoffMs(WELCOME_RETRY_MS, attempts) : retry.afterMs
  const growingMs = backoffMs(RETRY_MS, attempts)
  if (retry === 'later') return growingMs
  return countsAsAttempt && attempts > 1 ? Math.max(retry.afterMs, growingMs) : retry.afterMs
}
