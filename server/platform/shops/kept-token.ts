import { codeOf } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { createKeptCredential, type FetchedCredential } from '../wecom/token/kept-credential.ts'
import type { SharedCredential } from '../wecom/token/shared-credential.ts'
import { ShopError } from './shop-error.ts'

/** The access token of one shop: fetched by one process for all, renewed once when it is refused. `isRefused`: this answer says
 *  that the token is no longer good. Throws what the fetch or the call threw, and shop.refused when new tokens keep being
 *  refused. */
export function createKeptToken(deps: {
  fetch: () => Promise<FetchedCredential>
  clock: Clock
  shared: SharedCredential | undefined
  /** Why the shop may refuse tokens that it has just given, and what to do; Chinese. */
  whenRefused: string
}) {
  const kept = createKeptCredential(deps)
  const token = async (work: () => Promise<string>): Promise<string> => {
    try {
      return await work()
    } catch (error) {
      // The store speaks of WeCom, whose tokens it was made for.
      const code = codeOf(error)
      if (!code.startsWith('wecom.credential')) throw error
      throw new ShopError('shop.no-token', code, {
        scope: 'shop',
        zh:
          code === 'wecom.credential-refused'
            ? `店铺反复拒绝新的访问凭证：${deps.whenRefused}`
            : '暂时拿不到店铺的访问凭证',
      })
    }
  }
  return {
    with: async <Answer>(
      call: (token: string) => Promise<Answer>,
      isRefused: (answer: Answer) => boolean,
    ): Promise<Answer> => {
      const first = await token(kept.get)
      const answer = await call(first)
      if (!isRefused(answer)) {
        kept.accepted()
        return answer
      }
      const again = await call(await token(() => kept.renew(first)))
      if (!isRefused(again)) {
        kept.accepted()
        return again
      }
      throw new ShopError('shop.token-refused', 'a new token is refused as well', {
        scope: 'shop',
        zh: `店铺不认刚取到的访问凭证：${deps.whenRefused}`,
      })
    },
  }
}
