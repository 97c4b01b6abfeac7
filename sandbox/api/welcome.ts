import { endpoint } from '../endpoint.ts'
import { need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { addMessage, findFollow } from '../relations.ts'
import { contentParams, readContent } from './attachments.ts'

/** The one welcome of a new friend: within 20 s, once. Docs 92137. */
export function welcomeEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/send_welcome_msg',
      method: 'POST',
      params: { welcome_code: need(text(), 41049), ...contentParams },
      handle: (p, desk) => {
        const { world, clock } = desk
        const nowMs = clock.now()
        const code = world.welcomeCodes.get(p.welcome_code) ?? refuse(41050, 'invalid welcome code')
        if (code.used) refuse(41051, 'welcome message already sent')
        if (code.expiresAtMs <= nowMs) refuse(41050, 'welcome code expired')
        if (code.busyUntilMs !== undefined && nowMs < code.busyUntilMs) refuse(41096, 'welcome is being sent')
        const { userId, externalUserId } = code
        if (findFollow(world, userId, externalUserId)?.talkedAtMs !== undefined) refuse(41051, 'already chatting')
        const content = readContent(p, desk)
        code.used = true
        const base = { from: 'guide', userId, externalUserId, via: 'welcome', atMs: nowMs } as const
        if (content.text !== undefined) addMessage(world, { ...base, kind: 'text', text: content.text })
        for (const attachment of content.attachments) {
          addMessage(world, { ...base, kind: attachment.msgtype, attachment })
        }
        desk.changed()
        return {}
      },
    }),
  ]
}
