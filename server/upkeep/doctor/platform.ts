import type { Clock } from '../../core/kernel/clock.ts'
import type { Settings } from '../../settings.ts'
import { ask } from './ask.ts'
import { CannotLook } from './finding.ts'

export interface Reply {
  /** Undefined: the answer was not WeCom's JSON. */
  errcode: number | undefined
  /** Has IPs and request ids in it: only for picking out what a check shows on purpose. */
  errmsg: string
  json: Record<string, unknown>
  status: number
  /** WeCom's clock, UTC milliseconds, cut to the second. */
  dateMs: number | undefined
  /** Our clock when the answer was there, UTC milliseconds. */
  heardAtMs: number
  ms: number
}

export interface Question {
  method: 'GET' | 'POST'
  /** `/cgi-bin/…` */
  path: string
  /** Query of a GET, body of a POST. */
  fields?: Record<string, unknown>
}

export type Platform = ReturnType<typeof createPlatform>

/** WeCom as the doctor asks it: once for each thing, with a token fetched once a run. Asking for a token is harmless, while
 *  one is valid it is given again (doc 91039); a wrong secret is tried once only, since many tries ban our IP. */
export function createPlatform(
  need: <Name extends keyof Settings>(name: Name) => NonNullable<Settings[Name]>,
  clock: Clock,
) {
  const kept = new Map<string, Promise<Reply>>()

  async function send({ method, path, fields = {} }: Question, credential: Record<string, string>): Promise<Reply> {
    const url = new URL(path, need('WECOM_API_BASE'))
    const query = method === 'GET' ? { ...credential, ...fields } : credential
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    const heard = await ask(url, { method, ...(method === 'POST' ? { body: JSON.stringify(fields) } : {}) })
    const json = parse(heard.text)
    return {
      errcode: heard.status !== 200 || json === undefined ? undefined : Number(json.errcode ?? 0),
      errmsg: String(json?.errmsg ?? ''),
      json: json ?? {},
      status: heard.status,
      dateMs: heard.dateMs,
      heardAtMs: clock.now(),
      ms: heard.ms,
    }
  }

  function once(key: string, work: () => Promise<Reply>): Promise<Reply> {
    const found = kept.get(key) ?? work()
    kept.set(key, found)
    return found
  }

  /** The answer to gettoken itself. Throws AskFault, CannotLook. */
  const fetchToken = async (): Promise<Reply> =>
    send(
      { method: 'GET', path: '/cgi-bin/gettoken' },
      { corpid: need('WECOM_CORP_ID'), corpsecret: need('WECOM_SECRET') },
    )
  const tokenReply = (): Promise<Reply> => once('token', fetchToken)

  /** Throws CannotLook when there is none: the check of the secret tells why. */
  async function token(): Promise<string> {
    const reply = await tokenReply().catch((error: unknown) => {
      throw error instanceof CannotLook ? error : new CannotLook('连不上企业微信，先解决「网络」')
    })
    const value = reply.json.access_token
    if (reply.errcode !== 0 || typeof value !== 'string') {
      throw new CannotLook('拿不到访问凭证，先解决「应用 Secret」')
    }
    return value
  }

  const askWith = async (question: Question, accessToken: string): Promise<Reply> =>
    send(question, { access_token: accessToken })

  return {
    /** Without a token, so that it works with broken settings; WeCom answers 41001. Throws AskFault, CannotLook. */
    gateway: (): Promise<Reply> => once('gateway', () => send({ method: 'GET', path: '/cgi-bin/department/list' }, {})),
    tokenReply,
    /** gettoken once more; only for who looks at the token itself. */
    fetchToken,
    token,
    askWith,
    /** The answer, errcode of any value; the same question is asked once a run. Throws AskFault, CannotLook. */
    call: (question: Question): Promise<Reply> =>
      once(JSON.stringify(question), async () => {
        const reply = await askWith(question, await token())
        // The server may have renewed the token between our two calls; who voids it all the time is another check.
        if (reply.errcode !== 40014 && reply.errcode !== 42001) return reply
        const again = await fetchToken()
        return askWith(question, String(again.json.access_token ?? ''))
      }),
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
