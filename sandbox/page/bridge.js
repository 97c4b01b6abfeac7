import { call, chat, chooseGuide, chosen, group, state, toast } from './desk.js'

/** Answers the sidebar's postMessage calls as the WeCom client would (JS-SDK, API.md §22). */
const MEDIA = { image: 'image', video: 'video', file: 'file' }

function toMessage(args) {
  const { msgtype } = args
  if (msgtype === 'text') return { text: args.text?.content ?? '' }
  if (msgtype in MEDIA) return { attachments: [{ msgtype, [msgtype]: { media_id: args[msgtype]?.mediaid } }] }
  if (msgtype === 'news') {
    const { link, title, desc, imgUrl } = args.news ?? {}
    return { attachments: [{ msgtype: 'link', link: { url: link, title, desc, picurl: imgUrl } }] }
  }
  if (msgtype === 'miniprogram') {
    const { appid, title, imgUrl, page } = args.miniprogram ?? {}
    return { attachments: [{ msgtype, miniprogram: { appid, title, page, pic_url: imgUrl } }] }
  }
  return undefined
}

const fail = (name, why) => ({ ok: false, errMsg: `${name}:fail ${why}` })
const needChat = (name, then) => (chat.value ? then() : fail(name, 'without context of external contact'))

const entryOf = () => (chat.value ? 'single_chat_tools' : group.value ? 'group_chat_tools' : 'normal')

const calls = {
  getContext: () => ({ ok: true, result: { entry: entryOf() } }),
  getCurExternalChat: () =>
    group.value
      ? { ok: true, result: { chatId: chosen.chat } }
      : fail('getCurExternalChat', 'without context of external chat'),
  getCurExternalContact: () => needChat('getCurExternalContact', () => ({ ok: true, result: { userId: chosen.chat } })),
  sendChatMessage: async (args) => {
    if (!chat.value && !group.value) return fail('sendChatMessage', 'without context of external contact')
    const message = toMessage(args)
    if (!message) return fail('sendChatMessage', 'invalid msgtype')
    const said = { userId: chosen.guide, message, via: 'sidebar' }
    const sent = group.value
      ? await call('guide-says-in-group', { ...said, chatId: chosen.chat }, 'bridge')
      : await call('guide-says', { ...said, externalUserId: chosen.chat }, 'bridge')
    return sent ? { ok: true } : fail('sendChatMessage', 'cannot send')
  },
  openEnterpriseChat: (args) => {
    const wanted = [args.externalUserIds ?? []].flat().join(';').split(';')[0] ?? ''
    const known = state.value?.guide.chats.some((entry) => entry.externalUserId === wanted)
    if (!known) return fail('openEnterpriseChat', 'invalid externalUserIds')
    chooseGuide(chosen.guide, wanted)
    return { ok: true, result: { chatId: wanted } }
  },
  shareToExternalContact: async (args) => {
    const ids = args.externalUserIds?.length ? args.externalUserIds : [chosen.chat]
    const text = typeof args.text === 'string' ? args.text : args.text?.content
    const message = { text, attachments: args.attachments ?? [] }
    for (const externalUserId of ids.filter(Boolean)) {
      await call('guide-says', { userId: chosen.guide, externalUserId, message, via: 'sidebar' }, 'bridge')
    }
    return { ok: true }
  },
  openUserProfile: () => {
    toast('企业微信会在这里打开顾客资料页')
    return { ok: true }
  },
  navigateToAddCustomer: () => {
    toast('企业微信会在这里打开「添加客户」')
    return { ok: true }
  },
}

export function answerBridge(frame) {
  const onMessage = async (event) => {
    const { data } = event
    if (data?.huoshui !== 'bridge' || data.call === undefined || event.source !== frame()?.contentWindow) return
    const run = calls[data.call]
    const answer = run ? await run(data.args ?? {}) : fail(data.call, 'not supported')
    const reply = { huoshui: 'bridge', id: data.id, errMsg: `${data.call}:ok`, ...answer }
    event.source.postMessage(structuredClone(JSON.parse(JSON.stringify(reply))), event.origin)
  }
  window.addEventListener('message', onMessage)
  return () => window.removeEventListener('message', onMessage)
}

export function tellContextChanged(frame) {
  frame()?.contentWindow?.postMessage({ huoshui: 'bridge', event: 'contextChanged' }, '*')
}
