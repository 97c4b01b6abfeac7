import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import type { ServiceAccount, ServiceDesk, ServiceMessage, ServiceState } from '../service-desk.ts'

const TOKEN_LIFE_MS = 10 * 60_000

/** What customers and servicers do at the customer service (微信客服). */
export function serviceControls(desk: Desk) {
  const { world, clock, random, callbacks } = desk

  const needAccount = (openKfId: string): ServiceAccount => {
    const account = world.serviceDesk.accounts.get(openKfId)
    if (!account) throw new DeskError('没有这个微信客服账号')
    return account
  }
  const put = (account: ServiceAccount, given: Omit<ServiceMessage, 'msgid' | 'openKfId' | 'atMs'>): ServiceMessage => {
    const message = { msgid: `msg${random.text(24)}`, openKfId: account.openKfId, atMs: clock.now(), ...given }
    account.messages.push(message)
    const token = `ENC${random.text(44)}`
    world.serviceDesk.tokens.set(token, { openKfId: account.openKfId, expiresAtMs: clock.now() + TOKEN_LIFE_MS })
    callbacks.send('kf_msg_or_event', [
      ['FromUserName', ''],
      ['Token', token],
      ['OpenKfId', account.openKfId],
    ])
    desk.changed()
    return message
  }

  return {
    /** An account that is granted to our app. */
    addServiceAccount: async (input: { openKfId: string; name: string }): Promise<void> => {
      world.serviceDesk.accounts.set(input.openKfId, {
        ...input,
        isGranted: true,
        messages: [],
        chats: new Map(),
        sent: new Map(),
      })
    },
    /** Somebody, who may be nobody's customer, says something to an account. `msgtype`: default text. */
    sayToService: async (input: {
      openKfId: string
      externalUserId: string
      text: string
      msgtype?: string
    }): Promise<{ msgid: string }> => {
      const { openKfId, externalUserId, text, msgtype = 'text' } = input
      const account = needAccount(openKfId)
      const state = account.chats.get(externalUserId)?.state ?? 0
      account.chats.set(externalUserId, { state: state === 4 ? 0 : state, lastSaidAtMs: clock.now(), answers: 0 })
      const { msgid } = put(account, {
        externalUserId,
        origin: 3,
        msgtype,
        ...(msgtype === 'text' ? { text } : {}),
      })
      return { msgid }
    },
    /** A servicer answers, or the platform tells of something that happened. */
    serviceSays: async (input: {
      openKfId: string
      externalUserId: string
      origin: 4 | 5
      text: string
    }): Promise<void> => {
      const { openKfId, ...given } = input
      put(needAccount(openKfId), { ...given, msgtype: 'text' })
    },
    /** A servicer takes the chat, or ends it. */
    moveServiceChat: async (input: {
      openKfId: string
      externalUserId: string
      state: ServiceState
    }): Promise<void> => {
      const chat = needAccount(input.openKfId).chats.get(input.externalUserId)
      if (!chat) throw new DeskError('这位顾客没有和这个客服账号说过话')
      chat.state = input.state
    },
    /** How open the customer service is to our app, and how its pages come. */
    setServiceDesk: async (
      input: Partial<Pick<ServiceDesk, 'closedBy' | 'pageRows' | 'tokenlessPerMinute'>> & {
        withdrawn?: string
      },
    ): Promise<void> => {
      const { withdrawn, ...rest } = input
      Object.assign(world.serviceDesk, rest)
      if (withdrawn !== undefined) needAccount(withdrawn).isGranted = false
    },
    /** What the API sent to somebody, oldest first. */
    serviceAnswers: (input: { openKfId: string; externalUserId: string }): string[] =>
      [...needAccount(input.openKfId).sent.values()]
        .filter(({ externalUserId }) => externalUserId === input.externalUserId)
        .map(({ text }) => text),
  }
}
