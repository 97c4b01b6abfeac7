import { credentials } from '../sandbox/credentials.ts'

/** The limit program: pages through the same API as the sync, two chains at once, and forgets what it reads.
 *  argv: platform url. Prints one JSON line. */
const [base = ''] = process.argv.slice(2)
const GUIDES = 100

interface Answer {
  access_token?: string
  follow_user?: string[]
  external_contact_list?: unknown[]
  group_chat_list?: { chat_id: string }[]
  next_cursor?: string
}

let token = ''
async function call(path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${base}/cgi-bin/${path}${path.includes('?') ? '&' : '?'}access_token=${token}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  return (await answer.json()) as Answer
}

async function* pages(path: string, body: object): AsyncGenerator<Answer> {
  let cursor: string | undefined
  do {
    const page = await call(path, cursor === undefined ? body : { ...body, cursor })
    yield page
    cursor = page.next_cursor
  } while (cursor !== undefined && cursor !== '')
}

const began = performance.now()
token =
  (await call(`gettoken?corpid=${credentials.corpId}&corpsecret=${encodeURIComponent(credentials.secret)}`))
    .access_token ?? ''
const guides = (await call('externalcontact/get_follow_user_list')).follow_user ?? []
let relations = 0
const parts = Array.from({ length: Math.ceil(guides.length / GUIDES) }, (_, at) =>
  guides.slice(at * GUIDES, (at + 1) * GUIDES),
)
async function chain(): Promise<void> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    for await (const page of pages('externalcontact/batch/get_by_user', { userid_list: part, limit: 100 })) {
      relations += page.external_contact_list?.length ?? 0
    }
  }
}
await Promise.all([chain(), chain()])
let groups = 0
const chats: string[] = []
for await (const page of pages('externalcontact/groupchat/list', { limit: 1_000 })) {
  chats.push(...(page.group_chat_list ?? []).map((chat) => chat.chat_id))
}
async function groupChain(): Promise<void> {
  for (let chat = chats.pop(); chat !== undefined; chat = chats.pop()) {
    await call('externalcontact/groupchat/get', { chat_id: chat, need_name: 1 })
    groups += 1
  }
}
await Promise.all([groupChain(), groupChain()])
const { user, system } = process.cpuUsage()
const cpuMs = (user + system) / 1_000
process.stdout.write(`${JSON.stringify({ relations, groups, seconds: (performance.now() - began) / 1000, cpuMs })}\n`)
