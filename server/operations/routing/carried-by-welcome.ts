import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { chooseWelcome } from '../welcome/choose-welcome.ts'
import type { WelcomeOutcome } from '../welcome/welcome-store.ts'
import type { Invitation } from './invitation-queries.ts'

/** A welcome lives 20 seconds; after this nothing more will come. */
const WAIT_MS = MINUTE_MS

/** Did the welcome take the pool's code along? `outcomes`: of the customer, the newest friendship first. */
export function carriedByWelcome(
  book: RuleBook,
  invitation: Invitation,
  outcomes: readonly WelcomeOutcome[],
  nowMs: number,
): 'yes' | 'no' | 'unknown' {
  const outcome = outcomes.find((one) => one.userId === invitation.userId)
  if (outcome === undefined || outcome.state === 'waiting') {
    return nowMs - invitation.openedAtMs < WAIT_MS ? 'unknown' : 'no'
  }
  if (outcome.state !== 'sent' && outcome.state !== 'sent-or-taken') return 'no'
  if (outcome.leftOut.some((name) => name.includes(`「${invitation.pool}」`))) return 'no'
  const chosen = chooseWelcome(book, { channel: null, welcome: outcome.rule, atMs: outcome.addedAtMs })
  const attachments = chosen?.content.attachments ?? []
  const hasCode = attachments.some((one) => 'groupQr' in one && one.groupQr === invitation.pool)
  return hasCode ? 'yes' : 'no'
}
