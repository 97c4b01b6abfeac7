import { TRIAL_NONCE } from '../inbox/callback-route.ts'
import { randomText } from '../kernel/random.ts'

/** Marks a callback as the doctor's own, so that it does not count as one refused. */
export const trialNonce = (): string => `${TRIAL_NONCE}${randomText(12)}`
