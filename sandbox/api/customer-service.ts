import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, object, objects, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import type { ServiceAccount, ServiceMessage } from '../service-desk.ts'

const KEPT_MS = 3 * 86_400_000
const ANSWER_WITHIN_MS = 48 * 3_600_000
const MOST_ANSWERS = 5
const MINUTE_MS = 60_000
const OWN_MSGID = /^[0-9a-zA-Z_-]{1,32}$/

function needAccount({ world }: Desk, openKfId: string): ServiceAccount {
  checkOpen(world)
  const account = world.serviceDesk.accounts.get(openKfId) ?? refuse(95000, 'invalid open_kfid')
  return account.isGranted ? account : refuse(48007, 'account not granted')
}

function checkOpen({ serviceDesk }: Desk['world']): void {
  if (serviceDesk.closedBy !== 0) refuse(serviceDesk.closedBy, 'customer service not open to this app')
}

/** A read with a good token is free; without one the desk's own small number holds. */
function countRead({ world, clock }: Desk, openKfId: string, token: string | undefined): void {
  const desk = world.serviceDesk
  const now = clock.now()
  if (token) {
    const known = desk.tokens.get(token)
    if (known?.openKfId !== openKfId || known.expiresAtMs <= now) refuse(95007, 'invalid msg token')
    return
  }
  desk.tokenless = desk.tokenless.filter((atMs) => now - atMs < MINUTE_MS)
  if (desk.tokenless.length >= desk.tokenlessPerMinute) refuse(45009, 'api freq out of limit')
  desk.tokenless.push(now)
}

const messageFacts = (message: ServiceMessage) => ({
  msgid: message.msgid,
  open_kfid: message.openKfId,
  external_userid: message.externalUserId,
  send_time: toSec(message.atMs),
  origin: message.origin,
  msgtype: message.msgtype,
  ...(message.servicerUserId === undefined ? {} : { servicer_userid: message.servicerUserId }),
  ...(message.text === undefined ? {} : { text: { content: message.text } }),
})

const one = need(text())
const media = object({ media_id: one })
/** Every kind of message, as documented; what is sent is read of text only. */
const kinds = {
  text: object({ content: need(text({ bytes: 2_048 })) }),
  image: media,
  voice: media,
  video: object({ media_id: one }),
  file: media,
  link: object({ title: one, desc: text(), url: one, thumb_media_id: one }),
  miniprogram: object({ appid: text(), title: text(), pagepath: one, thumb_media_id: one }),
  msgmenu: object({
    head_content: text(),
    list: need(objects({ type: one }, { max: 10, tooMany: 95008 })),
    tail_content: text(),
  }),
  location: object({
    latitude: need({ read: (value: unknown) => value }),
    longitude: need({ read: (value: unknown) => value }),
    name: one,
    address: text(),
  }),
  business_card: object({ userid: one }),
  ca_link: object({ link_url: one }),
}

/** Customer service (微信客服): accounts, what is said to them, answers. Docs 94661, 94665, 94670, 94677. */
export function customerServiceEndpoints() {
  const at = (name: string): string => `/cgi-bin/kf/${name}`
  return [
    endpoint({
      path: at('account/list'),
      method: 'POST',
      params: { offset: int({ min: 0 }), limit: int({ min: 1, max: 100 }) },
      handle: (p, { world }) => {
        checkOpen(world)
        const granted = [...world.serviceDesk.accounts.values()].filter(({ isGranted }) => isGranted)
        const start = p.offset ?? 0
        const page = granted.slice(start, start + (p.limit ?? 100))
        return {
          account_list: page.map(({ openKfId, name }) => ({
            open_kfid: openKfId,
            name,
            avatar: '',
            manage_privilege: true,
          })),
        }
      },
    }),
    endpoint({
      path: at('add_contact_way'),
      method: 'POST',
      params: { open_kfid: need(text()), scene: text({ bytes: 32 }) },
      handle: (p, desk) => {
        const { openKfId } = needAccount(desk, p.open_kfid)
        if (p.scene && !/^[0-9a-zA-Z_-]*$/.test(p.scene)) refuse(40058, 'invalid scene')
        return { url: `${desk.url()}/kf/${openKfId}${p.scene ? `?enc_scene=${p.scene}` : ''}` }
      },
    }),
    endpoint({
      path: at('sync_msg'),
      method: 'POST',
      params: {
        cursor: text(),
        token: text(),
        limit: int({ min: 1, max: 1_000 }),
        voice_format: int({ min: 0, max: 1 }),
        open_kfid: text(),
      },
      empty: { msg_list: [], has_more: 0, next_cursor: '' },
      handle: (p, desk) => {
        const account = needAccount(desk, p.open_kfid ?? '')
        countRead(desk, account.openKfId, p.token)
        const [, number = '0'] = /^KFCURSOR(\d+)$/.exec(p.cursor || 'KFCURSOR0') ?? refuse(40058, 'invalid cursor')
        const oldestMs = desk.clock.now() - KEPT_MS
        const kept = account.messages.findIndex(({ atMs }) => atMs >= oldestMs)
        const from = Math.max(Number(number), kept === -1 ? account.messages.length : kept)
        const rows = Math.min(p.limit ?? 1_000, desk.world.serviceDesk.pageRows)
        const page = account.messages.slice(from, from + rows)
        const to = from + page.length
        return {
          msg_list: page.map(messageFacts),
          has_more: to < account.messages.length ? 1 : 0,
          next_cursor: `KFCURSOR${to}`,
        }
      },
    }),
    endpoint({
      path: at('send_msg'),
      method: 'POST',
      params: { open_kfid: need(text()), touser: need(text()), msgid: text(), msgtype: need(text()), ...kinds },
      handle: (p, desk) => {
        const account = needAccount(desk, p.open_kfid)
        const kind = p.msgtype as keyof typeof kinds
        if (!Object.hasOwn(kinds, kind) || p[kind] === undefined) refuse(40008, 'invalid msgtype')
        if (p.msgid && !OWN_MSGID.test(p.msgid)) refuse(40058, 'invalid msgid')
        const msgid = p.msgid || `kfmsg${desk.random.text(20)}`
        // The second call with one msgid is the first one.
        if (account.sent.has(msgid)) return { msgid }
        const chat = account.chats.get(p.touser)
        if (chat === undefined || desk.clock.now() - chat.lastSaidAtMs > ANSWER_WITHIN_MS)
          return refuse(95002, 'over 48 hours')
        if (chat.state === 4) refuse(95013, 'session ended')
        if (chat.state === 3) refuse(95018, 'a servicer has the session')
        if (chat.answers >= MOST_ANSWERS) refuse(95001, 'over 5 messages')
        chat.answers += 1
        account.sent.set(msgid, { externalUserId: p.touser, text: p.text?.content ?? '' })
        desk.changed()
        return { msgid }
      },
    }),
  ]
}
