import { call, chat, chooseGuide, chosen, group, state, toast } from './desk.js'

/** The native side of the guide's WeCom client (API.md §22): what it answers when the page in the frame invokes
 *  WeixinJSBridge, whose other end is native-bridge.js in that page. In its mood of now (client-moods.ts). */
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

/** A refusal is a text, an answer is what else it says. */
const NO_PERMISSION = 'fail no permission'
const NO_CONTEXT = 'fail without context of external contact'

const calls = {
  getContext: () => ({ entry: chat.value ? 'single_chat_tools' : group.value ? 'group_chat_tools' : 'normal' }),
  getCurExternalChat: () => (group.value ? { chatId: chosen.chat } : NO_CONTEXT),
  getCurExternalContact: () => (chat.value ? { userId: chosen.chat } : NO_CONTEXT),
  sendChatMessage: async (args) => {
    if (!chat.value && !group.value) return NO_CONTEXT
    const message = toMessage(args)
    if (!message) return 'fail invalid msgtype'
    const said = { userId: chosen.guide, message, via: 'sidebar' }
    const sent = group.value
      ? await call('guide-says-in-group', { ...said, chatId: chosen.chat }, 'bridge')
      : await call('guide-says', { ...said, externalUserId: chosen.chat }, 'bridge')
    return sent ? {} : 'fail cannot send'
  },
  openEnterpriseChat: (args) => {
    const [wanted = ''] = String(args.externalUserIds ?? '').split(';')
    const known = state.value?.guide.chats.some((entry) => entry.externalUserId === wanted)
    if (!known) return 'fail invalid externalUserIds'
    chooseGuide(chosen.guide, wanted)
    return { chatId: '' }
  },
  shareToExternalContact: async (args) => {
    const ids = args.externalUserIds?.length ? args.externalUserIds : [chosen.chat]
    const text = typeof args.text === 'string' ? args.text : args.text?.content
    const message = { text, attachments: args.attachments ?? [] }
    for (const externalUserId of ids.filter(Boolean)) {
      await call('guide-says', { userId: chosen.guide, externalUserId, message, via: 'sidebar' }, 'bridge')
    }
    return {}
  },
  openUserProfile: () => {
    toast('企业微信会在这里打开顾客资料页')
    return {}
  },
  navigateToAddCustomer: () => {
    toast('企业微信会在这里打开「添加客户」')
    return {}
  },
}

/** Of the page that is in the frame now: what config and agentConfig have let it call, and by which signature. */
let allowed = {}

async function configure(kind, claim, names) {
  const page = allowed
  const answer = await fetch('/_sandbox/check-jssdk', { method: 'POST', body: JSON.stringify({ kind, ...claim }) })
  const refusal = answer.ok ? (await answer.json()).result : 'fail'
  if (refusal !== null) return refusal
  page[kind] = { names, signature: claim.signature }
  return {}
}

const configs = {
  preVerifyJSAPI: (args, url) => {
    const {
      verifyAppId: corpId,
      verifyTimestamp: timestamp,
      verifyNonceStr: nonceStr,
      verifySignature: signature,
    } = args
    return configure('corp', { corpId, timestamp, nonceStr, signature, url }, args.verifyJsApiList)
  },
  agentConfig: (args, url) => {
    const { corpid: corpId, agentid: agentId, timestamp, nonceStr, signature } = args
    // Old clients want to be introduced to the corp first.
    if (isOld() && allowed.corp === undefined) return NO_PERMISSION
    return configure('agent', { corpId, agentId, timestamp, nonceStr, signature, url }, args.jsApiList)
  },
}
const isOld = () => {
  const [major, minor, patch] = mood().version.split('.').map(Number)
  return major < 3 || (major === 3 && minor === 0 && patch < 24)
}

const mood = () => state.value?.client ?? { version: '4', answerAfterMs: 0, answers: 1, silent: [], refuses: {} }

/** Every call of the side bar needs the app's own identity, for this very call (jssdk: `limit` of each). */
const isAllowed = (name, args) =>
  allowed.agent?.names.includes(name) && args.verifySignature === allowed.agent.signature

async function answerOf(name, args, url) {
  if (mood().refuses[name]) return mood().refuses[name]
  if (configs[name]) return configs[name](args, url)
  if (!calls[name]) return 'fail function not exist'
  return isAllowed(name, args) ? calls[name](args) : NO_PERMISSION
}

export function answerBridge(frame) {
  const onMessage = async ({ data, source, origin }) => {
    if (data?.wecom !== 'page' || source !== frame()?.contentWindow) return
    if (data.what === 'loaded') allowed = {}
    if (data.what !== 'invoke' || mood().silent.includes(data.name)) return
    const { answerAfterMs, answers } = mood()
    const page = allowed
    await new Promise((resolve) => setTimeout(resolve, answerAfterMs))
    if (page !== allowed) return
    const answer = await answerOf(data.name, JSON.parse(data.params), data.url)
    // What a page asked before it was loaded anew is no answer to the one that is there now.
    if (page !== allowed) return
    const said = typeof answer === 'string' ? { err_msg: `${data.name}:${answer}` } : answer
    const result = JSON.stringify({ err_msg: `${data.name}:ok`, ...said })
    for (let times = 0; times < answers; times++)
      source.postMessage({ wecom: 'native', what: 'answer', id: data.id, result }, origin)
  }
  window.addEventListener('message', onMessage)
  return () => window.removeEventListener('message', onMessage)
}

/** Another chat stands beside the page. */
export function showOtherChat(frame) {
  const page = frame()
  if (!page) return
  if (mood().switchBy === 'reload') {
    page.contentWindow?.location.replace(page.src)
    return
  }
  for (const isSeen of [false, true]) page.contentWindow?.postMessage({ wecom: 'native', what: 'seen', isSeen }, '*')
}
