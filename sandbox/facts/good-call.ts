import { openTestSandbox, type WeComAnswer } from '../open-test-sandbox.ts'

/** A call that went well, kept so that the contract test can look at the answer and spoil the request. */
export interface GoodCall {
  path: string
  method: 'GET' | 'POST'
  query: Record<string, string>
  body: Record<string, unknown>
  answer: WeComAnswer
}

/** A fresh sandbox that remembers what it was asked and what it answered. */
export async function openCallDesk() {
  const t = await openTestSandbox()
  const good: GoodCall[] = []
  const keep = (call: GoodCall): WeComAnswer => {
    good.push(call)
    return call.answer
  }
  return {
    ...t,
    good: good as readonly GoodCall[],
    get: async (path: string, query: Record<string, string> = {}): Promise<WeComAnswer> =>
      keep({ path: `/cgi-bin/${path}`, method: 'GET', query, body: {}, answer: await t.get(path, query) }),
    /** Under `externalcontact/`, unless the path begins with a slash. */
    post: async (path: string, body: object = {}): Promise<WeComAnswer> => {
      const whole = path.startsWith('/') ? path.slice(1) : `externalcontact/${path}`
      const answer = await t.post(whole, body)
      return keep({ path: `/cgi-bin/${whole}`, method: 'POST', query: {}, body: { ...body }, answer })
    },
    upload: async (path: string, query: Record<string, string>, file: Parameters<typeof t.upload>[2]) => {
      const answer = await t.upload(path, query, file)
      return keep({ path: `/cgi-bin/${path}`, method: 'POST', query, body: {}, answer })
    },
    /** A file answer: kept as a success without fields. */
    download: async (path: string, query: Record<string, string>): Promise<void> => {
      const file = await fetch(await t.address(path, query))
      const answer = { errcode: file.ok && file.headers.get('content-disposition') ? 0 : -1, errmsg: '' }
      keep({ path: `/cgi-bin/${path}`, method: 'GET', query, body: {}, answer })
    },
  }
}

export type CallDesk = Awaited<ReturnType<typeof openCallDesk>>
/** One good call of every endpoint of a family, each with as many fields as make sense. */
export type GoodCalls = (desk: CallDesk) => Promise<void>

export const picture = { name: 'a.png', type: 'image/png', bytes: Buffer.from('pretend png') }
