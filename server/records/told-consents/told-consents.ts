import { sql } from '../../core/db/sql.ts'
import { createTold, type Told, type ToldDeps } from '../told/told.ts'
import { parseConsent } from './consent-body.ts'
import { type RecordToldConsentDeps, recordToldConsent, settleToldConsent } from './record-told-consent.ts'
import { TOLD_CONSENT } from './told-consent-tables.ts'

export type ToldConsentsDeps = RecordToldConsentDeps & ToldDeps

/** What customers allowed or refused elsewhere: in the shop's account page, by a link, on the phone. POST /api/consents:
 *  `200 { consentId, result, matched }`. */
export function createToldConsents(deps: ToldConsentsDeps): Told {
  return createTold(deps, {
    name: 'consents',
    path: '/api/consents',
    parse: parseConsent,
    record: async (tx, message) => ({
      consentId: message.consentId,
      ...(await recordToldConsent(tx, message, deps)),
    }),
    waiting: {
      table: TOLD_CONSENT,
      isWaiting: sql`${TOLD_CONSENT.external_userid} IS NULL`,
      lent: { where: sql`${TOLD_CONSENT.lent} = 1`, owner: TOLD_CONSENT.external_userid },
      age: TOLD_CONSENT.received_at,
      toldSince: (fromMs) => sql`${TOLD_CONSENT.received_at} > ${fromMs}`,
    },
    settle: (tx, id) => settleToldConsent(tx, id, deps),
  })
}
