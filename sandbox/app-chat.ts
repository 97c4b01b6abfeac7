import type { AppMessage } from './app-mail.ts'

/** A chat of members that the app made. */
export interface AppChat {
  chatId: string
  name: string
  owner: string
  members: Set<string>
  messages: AppMessage[]
}
