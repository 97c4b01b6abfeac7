import { readonly, shallowRef } from 'vue'
import type { Boot, Me } from '../../../server/sidebar-api/contract.ts'
import { type Api, loginPath } from '../api/api.ts'
import { ApiError } from '../api/api-error.ts'
import { forgetAnswers } from '../api/kept-answers.ts'
import type { ChatClient } from '../wecom/chat-client.ts'
import { once } from './once.ts'

export type Start =
  | { kind: 'starting' }
  | { kind: 'leaving' }
  | { kind: 'refused'; zh: string }
  | { kind: 'failed'; zh: string }
  | { kind: 'open'; me: Me; chat: ChatClient }

interface Options {
  api: Api
  createChat(boot: Boot): ChatClient
  /** The page's own address. */
  location: Pick<Location, 'pathname' | 'search' | 'assign'>
}

const REFUSALS: Record<string, string> = {
  'not-staff': '活水还不认识你。请管理员在企业微信里为你开通「客户联系」，并把应用的可见范围加上你',
  failed: '企业微信登录没有完成，请重新登录',
}
/** Milliseconds within which a second expired login is told instead of mended. */
const AGAIN_MS = 60_000

/** From the address of the page to a guide who is logged in, with the chat window beside. A page that has just come back
 *  from a refused login says so instead of trying again by itself, which would go round for ever. */
export function useStart({ api, createChat, location }: Options) {
  const start = shallowRef<Start>({ kind: 'starting' })
  const query = new URLSearchParams(location.search)
  const guide = query.get('guide')
  const mayLoginAgain = once('huoshui:login-again', AGAIN_MS, window.sessionStorage)

  function login(): void {
    start.value = { kind: 'leaving' }
    forgetAnswers(window.localStorage)
    const back = new URLSearchParams(location.search)
    back.delete('login')
    location.assign(loginPath(`${location.pathname}${back.size > 0 ? `?${back}` : ''}`, guide))
  }

  async function open(): Promise<void> {
    start.value = { kind: 'starting' }
    try {
      const [boot, me] = await Promise.all([api.boot(), meOrStranger(api)])
      const isSomebodyElse = boot.platform === 'sandbox' && guide !== null && guide !== me?.userId
      const refusal = query.get('login')
      if (me === undefined || isSomebodyElse) {
        if (refusal === null) login()
        else start.value = { kind: 'refused', zh: REFUSALS[refusal] ?? REFUSALS.failed ?? '' }
        return
      }
      start.value = { kind: 'open', me, chat: createChat(boot) }
    } catch (error) {
      start.value = { kind: 'failed', zh: error instanceof ApiError ? error.message : '页面没有打开，请重试' }
    }
  }

  void open()
  return {
    start: readonly(start),
    open,
    login,
    /** The login has run out: once it is mended without a word. False when that was just tried. */
    loginAgain: (): boolean => {
      if (!mayLoginAgain()) return false
      login()
      return true
    },
  }
}

async function meOrStranger(api: Api): Promise<Me | undefined> {
  try {
    return await api.me()
  } catch (error) {
    if (error instanceof ApiError && error.isLoginNeeded) return undefined
    throw error
  }
}
