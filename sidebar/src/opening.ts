import type { Boot } from '../../server/sidebar-api/contract.ts'
import { createAhead } from './api/ahead.ts'
import { type Api, createApi } from './api/api.ts'
import { createHttp } from './api/http.ts'
import { askedAhead } from './wecom/asked-ahead.ts'
import type { ChatClient } from './wecom/chat-client.ts'
import { createWecomClient } from './wecom/wecom-client.ts'

/** What is begun before the page itself is there, small enough to run while the rest is still on its way: whom the chat is with
 *  is asked for at once, and then what is known of them. */

const { answers = {}, login } = window.huoshuiTold ?? {}
const plain = createApi(createHttp({ told: answers }))
const { profile, proposals, tasks } = plain
const ahead = createAhead({ profile, proposals, tasks })

export const api: Api = { ...plain, ...ahead.api }

/** The page goes to log in; see index.html. */
export const isLeaving = login !== undefined

const connect = (boot: Boot): ChatClient => createWecomClient({ boot, sign: api.signature })
let begun = !isLeaving && answers.me !== undefined ? begin(answers.boot as Boot) : undefined // told with `me`

function begin(boot: Boot): ChatClient {
  const chat = connect(boot)
  const asked = chat.context()
  asked.then(
    (context) => context.kind === 'customer' && ahead.ask(context.externalUserId),
    () => undefined,
  )
  return askedAhead(chat, asked)
}

/** The chat window beside the page. */
export function chatBeside(boot: Boot): ChatClient {
  const chat = begun ?? askedAhead(connect(boot))
  begun = undefined
  return chat
}
