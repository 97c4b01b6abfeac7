import type { ReadTx } from '../../core/db/tx.ts'
import { AddExternalContact, AddHalfExternalContact } from '../../platform/wecom/callback/callback-events.ts'
import { type Erasures, idAlone } from './erasures.ts'

export interface PastDeps {
  privacy: { erasures: Pick<Erasures, 'erasedAtMs'> }
  customers: { queries: { exists(tx: ReadTx, externalUserId: string): Promise<boolean> } }
}

interface Arrived {
  kind: string
  /** UTC milliseconds. */
  event_at: number
  payload: string
}

const BEGINS: readonly string[] = [AddExternalContact.kind, AddHalfExternalContact.kind]

/** Whether an event is late news of somebody who was erased: nobody hears of it and it is not kept. What happened before the
 *  erasure is past, whatever it is; of what happened after it, only that they add a guide again is a new beginning, since all
 *  else goes on about somebody whom we do not know any more. Who is our customer again is one like any other. */
export const createIsPast =
  ({ privacy: { erasures }, customers }: PastDeps) =>
  async (tx: ReadTx, { kind, event_at: atMs, payload }: Arrived): Promise<boolean> => {
    const externalUserId = customerIn(payload)
    if (externalUserId === undefined) return false
    const erasedAtMs = await erasures.erasedAtMs(tx, idAlone(externalUserId))
    if (erasedAtMs === undefined) return false
    if (atMs <= erasedAtMs) return true
    return !BEGINS.includes(kind) && !(await customers.queries.exists(tx, externalUserId))
  }

/** `ExternalUserID` as WeCom writes it, `externalUserId` as we do; without reading the whole payload. */
const NAMED = /"(?:ExternalUserID|externalUserId)":"([^"\\]{1,64})"/
const customerIn = (payload: string): string | undefined => NAMED.exec(payload)?.[1]
