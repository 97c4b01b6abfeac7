import { giveOnce } from '../give-once.ts'
import type { AskedGrant, Gift, Granted } from '../shop-connection.ts'
import { notUnderstood } from '../shop-error.ts'
import type { CrmebApi } from './crmeb-api.ts'
import { type CrmebUser, textOf } from './crmeb-shapes.ts'

/** Points of a CRMEB: every call adds again and none has a number of ours, so the balance is compared; as much
 *  as before is no proof that nothing was given, since it may be spent. Coupons its out-API cannot
 *  give, and `change_point` answers failure when it succeeded. Source: shops.md §1.7 [1]. */
export function createCrmebPoints(api: Pick<CrmebApi, 'put'>, userOf: (uid: string) => Promise<CrmebUser['data']>) {
  async function holds(uid: string, { kind }: Gift): Promise<string | undefined> {
    if (kind !== 'points') return undefined
    const integral = textOf((await userOf(uid)).integral)
    // What is not said is not «none»: compared with it, nothing would ever have been given.
    if (!/^-?\d{1,12}(\.\d{1,4})?$/.test(integral)) throw notUnderstood('/outapi/user/info/{uid}', 'integral')
    return String(Number(integral))
  }

  const grant = async (asked: AskedGrant): Promise<Granted> => {
    const { gift, shopUserId: uid } = asked
    if (gift.kind !== 'points') return { kind: 'refused', zh: 'CRMEB 的对外接口发不了券，只能发积分' }
    const path = `/outapi/user/give_point/${encodeURIComponent(uid)}`
    const body = { integration_status: 1, integration: gift.points }
    return giveOnce({
      asked,
      given: gift.points,
      isSpent: true,
      holds: () => holds(uid, gift),
      send: () => api.put({ path, name: '/outapi/user/give_point/{uid}', body }),
      // No noes: its 400 is for whatever went wrong, also after it was written.
    })
  }
  return { holds, grant }
}
