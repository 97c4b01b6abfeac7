import { type InjectionKey, inject, type Ref } from 'vue'
import type { Me, Profile } from '../../../server/sidebar-api/contract.ts'
import type { Api } from '../api/api.ts'
import type { Sender } from '../send/use-sender.ts'
import type { Names } from '../text/fill-in.ts'
import type { Drafts } from './drafts.ts'
import type { Outbox } from './outbox.ts'

/** What every page of the sidebar works with once it is open. */
export interface SidebarContext {
  api: Api
  me: Me
  externalUserId: Readonly<Ref<string>>
  /** Another object whenever anything about the customer has changed. */
  profile: Readonly<Ref<Profile | undefined>>
  sender: Sender
  /** What stands for the places of a script. */
  names: Readonly<Ref<Names>>
  /** Changes on their way. */
  outbox: Outbox
  /** What was begun and not saved. */
  drafts: Drafts
  /** The chat may be with somebody else by now: nothing is shown and nothing leaves until that is known. */
  veiled: Readonly<Ref<boolean>>
  /** UTC milliseconds. */
  now(): number
  toast(text: string): void
  /** Asks for the profile again, after a change. */
  reloadProfile(): Promise<void>
}

export const sidebarContextKey: InjectionKey<SidebarContext> = Symbol('sidebar context')

export function useSidebar(): SidebarContext {
  const context = inject(sidebarContextKey)
  if (context === undefined) throw new Error('useSidebar needs a SidebarContext above it')
  return context
}
