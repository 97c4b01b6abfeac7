import { ApiError } from '../api/api-error.ts'
import type { Change, Outcome } from './outbox.ts'
import { type SidebarContext, useSidebar } from './sidebar-context.ts'

/** Says of a change what becomes of it when the network is away. */
const WAITS = '没有网络，已记下，恢复后自动保存'

/** How a part of the page changes something about the customer on the screen. */
export function useChange(): SidebarContext & { submit(change: Change): Promise<Outcome> } {
  const context = useSidebar()
  return {
    ...context,
    /** Throws ApiError when the server says no, and while nobody knows whom the chat is with. */
    submit: async (change) => {
      if (context.veiled.value) {
        throw new ApiError(0, 'chat-changing', '聊天正在换人，这次没有保存，看清是谁后请再点一次')
      }
      const { externalUserId, profile, outbox, toast } = context
      const outcome = await outbox.submit(externalUserId.value, profile.value?.name ?? '这位客户', change)
      if (outcome === 'queued') toast(WAITS)
      return outcome
    },
  }
}
