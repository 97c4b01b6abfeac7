import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'

/** Whom the chat beside the page is with. `elsewhere`: the page was opened outside any chat with customers. */
export type ChatContext =
  | { kind: 'customer'; externalUserId: string }
  | { kind: 'group'; chatId: string }
  | { kind: 'elsewhere'; entry: string }

/** The chat window the sidebar stands beside. */
export interface ChatClient {
  /** Throws ChatError. */
  context(): Promise<ChatContext>
  /** Sends one message into the chat that is open now. Throws ChatError. */
  send(message: ChatMessage): Promise<void>
  /** Opens the chat with one of the guide's customers. Throws ChatError. */
  open(externalUserId: string): Promise<void>
  /** Calls when the chat may have become another one; gives the function that ends it. */
  onContextChange(listener: () => void): () => void
}

/** The chat window refused or did not answer. `message` is Chinese, for the screen. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: 'timeout' | 'no-permission' | 'not-in-chat' | 'cancelled' | 'no-client' | 'unsigned' | 'refused'

  constructor(code: ChatError['code'], options?: ErrorOptions) {
    super(ZH[code], options)
    this.code = code
  }
}

const ZH: Record<ChatError['code'], string> = {
  timeout: '企业微信太久没有回应，请重试',
  'no-permission': '企业微信没有给这个应用权限，请管理员检查应用的可信域名、可见范围和「客户联系」权限',
  'not-in-chat': '请在和客户的聊天窗口里打开侧边栏',
  cancelled: '你在企业微信里取消了，什么都没有做',
  'no-client': '这里不是企业微信，请在企业微信里打开后再试',
  unsigned: '活水的服务器没有答复，还不能问企业微信这是和谁的聊天，请检查网络后重试',
  refused: '企业微信没有完成这一步，请重试',
}

/** Our own `errMsg`, where the server gave no signature. */
export const UNSIGNED = 'agentConfig:unsigned'

/** WeCom's `errMsg` (`sendChatMessage:fail no permission`) in our words. What config or agentConfig is refused for is for the
 *  admin to mend, whatever it is: a signature, the domain, the app. */
export function chatErrorOf(errMsg: string, cause?: unknown): ChatError {
  const options = cause === undefined ? undefined : { cause }
  if (errMsg === UNSIGNED) return new ChatError('unsigned', options)
  if (/:cancel$/.test(errMsg)) return new ChatError('cancelled', options)
  if (
    /^(agentConfig|config|preVerifyJSAPI):|no permission|permission denied|not allowed|invalid signature/i.test(errMsg)
  )
    return new ChatError('no-permission', options)
  if (/without context/i.test(errMsg)) return new ChatError('not-in-chat', options)
  return new ChatError('refused', options)
}

/** Gives up after `ms`; the late answer is ignored. */
export function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ChatError('timeout')), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Whom the chat is with: the place and the customer are asked for side by side, since each may take seconds; the customer's
 *  answer counts only where there can be one. For a group only where the place is one: few chats are. */
export async function contextFrom(
  entry: () => Promise<string>,
  customer: () => Promise<string | undefined>,
  group: () => Promise<string | undefined>,
): Promise<ChatContext> {
  const asked = customer()
  // Outside a chat it is refused, and nobody waits for it then.
  asked.catch(() => undefined)
  const where = await entry()
  if (where === GROUP_ENTRY) {
    const chatId = await group()
    return chatId === undefined ? { kind: 'elsewhere', entry: where } : { kind: 'group', chatId }
  }
  if (!CUSTOMER_ENTRIES.includes(where)) return { kind: 'elsewhere', entry: where }
  const externalUserId = await asked
  return externalUserId === undefined ? { kind: 'elsewhere', entry: where } : { kind: 'customer', externalUserId }
}

/** Entries in which WeCom tells the customer of the chat. Source: JS-SDK getCurExternalContact. */
const CUSTOMER_ENTRIES = ['contact_profile', 'single_chat_tools', 'single_kf_tools']

/** The entry in which WeCom tells the chat id. Source: JS-SDK getCurExternalChat. */
const GROUP_ENTRY = 'group_chat_tools'
