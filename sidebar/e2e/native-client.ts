/** Of a phone with WeCom. */
export const USER_AGENT =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/108.0.0.0 Mobile Safari/537.36 wxwork/4.1.38 MicroMessenger/7.0.1'

export interface ClientSays {
  entry: string
  /** With whom the chat is. */
  userId?: string
  chatId?: string
  /** It answers nothing before `answerBridge()` is called. */
  isSlow?: boolean
  /** Milliseconds that what it says of the chat takes. */
  delayMs?: number
  /** So many messages it takes, and refuses the others. */
  takes?: number
  /** In frames only: the page around them is the client's own window. */
  inFrame?: boolean
}

/** A script as a client puts it into the page before anything of the page's own: the bridge that the SDK calls, which says yes to
 *  whatever is asked. `answeredAt`: epoch milliseconds when it first told with whom the chat is. */
export function nativeClient({
  entry,
  userId,
  chatId,
  isSlow = false,
  delayMs = 0,
  inFrame = false,
  takes,
}: ClientSays): string {
  const native = { getContext: { entry }, getCurExternalContact: { userId }, getCurExternalChat: { chatId } }
  return `if (${inFrame} === (parent !== window)) {
  const NATIVE = ${JSON.stringify(native)}
  const told = new Promise((tell) => { ${isSlow ? 'globalThis.answerBridge = tell' : 'tell()'} })
  let sent = 0
  globalThis.WeixinJSBridge = {
    on: () => undefined,
    invoke: async (name, params, callback) => {
      await told
      if (name in NATIVE) await new Promise((resolve) => (${delayMs} > 0 ? setTimeout(resolve, ${delayMs}) : resolve()))
      if (name === 'getCurExternalContact') globalThis.answeredAt ??= performance.timeOrigin + performance.now()
      if (name === 'sendChatMessage' && (sent += 1) > ${takes ?? 'Infinity'}) return callback({ err_msg: name + ':fail' })
      callback({ err_msg: name + ':ok', ...NATIVE[name] })
    },
  }
}`
}
