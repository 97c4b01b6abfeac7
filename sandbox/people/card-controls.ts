import { giveResponseCode } from '../api/messages.ts'
import type { Desk } from '../desk.ts'
import type { EventFields } from '../event-xml.ts'
import { DeskError } from '../refusal.ts'

export interface CardTap {
  userId: string
  msgid: string
  /** Of the button, the submit button, or an entry of the card's menu. */
  key: string
  /** Answers: question → options. */
  selected?: Record<string, string[]>
  /** An entry of the menu in the card's corner. */
  isMenu?: boolean
}

/** What guides do with the cards and the menu of the app. Docs 90240. */
export function cardControls(desk: Desk) {
  const { world, callbacks, credentials } = desk
  return {
    /** The guide answers a card; the code in the event changes it once. */
    tapCard: async ({
      userId,
      msgid,
      key,
      selected = {},
      isMenu = false,
    }: CardTap): Promise<{ responseCode: string }> => {
      const message = world.appMessages.get(userId)?.find((one) => one.msgid === msgid)
      if (message?.msgtype !== 'template_card') throw new DeskError('没有收到这张卡片')
      const responseCode = giveResponseCode(desk, msgid)
      const items = Object.entries(selected).map(([question, options]): EventFields[number] => [
        'SelectedItem',
        [
          ['QuestionKey', question],
          ['OptionIds', options.map((option): EventFields[number] => ['OptionId', option])],
        ],
      ])
      callbacks.send(isMenu ? 'template_card_menu_event' : 'template_card_event', [
        ['FromUserName', userId],
        ['EventKey', key],
        ['TaskId', String(message.body.task_id ?? '')],
        ['CardType', String(message.body.card_type)],
        ['ResponseCode', responseCode],
        ['AgentID', credentials.agentId],
        ...(items.length === 0 ? [] : [['SelectedItems', items] as const]),
      ])
      return { responseCode }
    },
    /** The guide opens the app, or taps an entry of its menu that has a key. */
    openApp: async (input: { userId: string; key?: string }): Promise<void> => {
      callbacks.send(input.key === undefined ? 'enter_agent' : 'click', [
        ['FromUserName', input.userId],
        ['EventKey', input.key ?? ''],
        ['AgentID', credentials.agentId],
      ])
    },
  }
}
