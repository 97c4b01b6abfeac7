import { watch } from 'vue'
import { ApiError } from '../api/api-error.ts'
import type { Change, Outcome } from './outbox.ts'
import { type SidebarContext, useSidebar } from './sidebar-context.ts'

/** Says of a change what becomes of it when the network is away. */
const WAITS = '没有网络，已记下，恢复后自动保存'

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>

interface Changing extends SidebarContext {
  submit(change: Change): Promise<Outcome>
  /** Calls when something of this kind that waited for the network was refused after all: it is not so on the screen either. */
  onRefused<Kind extends Change['kind']>(kind: Kind, work: (change: Of<Kind>, why: string) => void): void
}

/** How a part of the page changes something about the customer on the screen. */
export function useChange(): Changing {
  const context = useSidebar()
  return {
    ...context,
    onRefused: <Kind extends Change['kind']>(kind: Kind, work: (change: Of<Kind>, why: string) => void) =>
      void watch(context.outbox.refused, (one) => {
        if (one?.externalUserId !== context.externalUserId.value || one.change.kind !== kind) return
        work(one.change as Of<Kind>, one.why) // its kind was just compared
      }),
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
