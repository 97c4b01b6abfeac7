import { randomText } from '../../core/kernel/random.ts'
import { TRIAL_NONCE } from '../../engine/inbox/callback-route.ts'

/** Marks a callback as the doctor's own, so that it does not count as one refused. */
export const trialNonce = (): string => `${TRIAL_NONCE}${randomText(12)}`
