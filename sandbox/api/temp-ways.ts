import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import type { Attachment } from '../attachment.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { bool, int, need, object, type Params, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { addMessage, pairKey } from '../relations.ts'
import type { TempWay } from '../world.ts'
import { needMedia } from './attachments.ts'

const DAY_SEC = 86_400
const upTo14Days = int({ min: 1, max: 14 * DAY_SEC })

export const tempParams = {
  expires_in: upTo14Days,
  chat_expires_in: upTo14Days,
  unionid: text(),
  conclusions: object({
    text: object({ content: need(text({ bytes: 4000 })) }),
    image: object({ media_id: need(text()) }),
    link: object({
      title: text({ bytes: 128 }),
      picurl: text({ bytes: 2048 }),
      desc: text({ bytes: 512 }),
      url: need(text({ bytes: 2048 })),
    }),
    miniprogram: object({
      title: text({ bytes: 64 }),
      pic_media_id: text(),
      appid: need(text()),
      page: need(text()),
    }),
  }),
}
export const isTempParam = { is_temp: bool() }
type Given = Params<typeof tempParams>

/** The closing words: text and one of picture, link, mini-program, in this order. */
function readConclusions(
  desk: Desk,
  given: Given['conclusions'],
  held?: TempWay,
): Pick<TempWay, 'text' | 'attachment'> {
  if (given === undefined) {
    return {
      ...(held?.text === undefined ? {} : { text: held.text }),
      ...(held?.attachment === undefined ? {} : { attachment: held.attachment }),
    }
  }
  const kind = (['image', 'link', 'miniprogram'] as const).find((name) => given[name] !== undefined)
  if (kind === 'image') needMedia(desk, given.image?.media_id ?? '', 'image')
  const attachment: Attachment | undefined = kind && { msgtype: kind, [kind]: given[kind] }
  return {
    ...(given.text === undefined ? {} : { text: given.text.content }),
    ...(attachment === undefined ? {} : { attachment }),
  }
}

/** Temporary chats are for medical corps, and for ways of one member. */
export function readTemp(desk: Desk, p: Given, held?: TempWay): TempWay {
  return {
    expiresInSec: p.expires_in ?? held?.expiresInSec ?? 7 * DAY_SEC,
    chatExpiresInSec: p.chat_expires_in ?? held?.chatExpiresInSec ?? DAY_SEC,
    unionId: p.unionid ?? held?.unionId ?? '',
    ...readConclusions(desk, p.conclusions, held),
  }
}
export function checkMayBeTemp({ world }: Desk, type: number): void {
  if (!world.isMedical) refuse(48002, 'temporary chats are for medical corps')
  if (type !== 1) refuse(40058, 'a temporary way has one member')
}

export function tempFacts(desk: Desk, temp: TempWay | undefined) {
  if (temp === undefined) return { is_temp: false }
  const { text: words, attachment } = temp
  const kind = attachment?.msgtype ?? ''
  const detail =
    kind === 'image' ? { pic_url: `${desk.url()}/_sandbox/media/${mediaIdOf(attachment)}` } : attachment?.[kind]
  const conclusions = {
    ...(words === undefined ? {} : { text: { content: words } }),
    ...(attachment === undefined ? {} : { [kind]: detail }),
  }
  return {
    is_temp: true,
    expires_in: temp.expiresInSec,
    chat_expires_in: temp.chatExpiresInSec,
    ...(temp.unionId === '' ? {} : { unionid: temp.unionId }),
    ...(Object.keys(conclusions).length === 0 ? {} : { conclusions }),
  }
}
const mediaIdOf = (attachment: Attachment | undefined): string =>
  (attachment?.image as { media_id?: string } | undefined)?.media_id ?? '' // as readConclusions wrote it

/** Temporary ways are 100,000 a day at most. */
export const TEMP_WAYS_A_DAY = { most: 100_000, lengthMs: DAY_MS }

/** Ends temporary chats with the closing words. Docs 92572. */
export const tempChatEndpoints = () => [
  endpoint({
    path: '/cgi-bin/externalcontact/close_temp_chat',
    method: 'POST',
    params: { userid: need(text(), 41009), external_userid: need(text(), 41035) },
    handle: (p, desk) => {
      const { world, clock } = desk
      const key = pairKey(p.userid, p.external_userid)
      const chat = world.tempChats.get(key)
      if (!chat || chat.untilMs <= clock.now()) refuse(84061, 'no temporary chat')
      world.tempChats.delete(key)
      const { text: words, attachment } = world.contactWays.get(chat.configId)?.temp ?? {}
      const said = {
        from: 'guide' as const,
        via: 'conclusion',
        userId: p.userid,
        externalUserId: p.external_userid,
        atMs: clock.now(),
      }
      if (words !== undefined) addMessage(world, { ...said, kind: 'text', text: words })
      if (attachment !== undefined) addMessage(world, { ...said, kind: attachment.msgtype, attachment })
      desk.changed()
      return {}
    },
  }),
]
