/** What a request says of itself. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

const ROBOT =
  /(?<!cu)bot\b|spider|crawl|slurp|preview|prefetch|facebookexternalhit|facebot|whatsapp|telegram|headless|lighthouse|curl|wget|python|java\/|okhttp|go-http-client|node-fetch|axios|monitor/i
const WECHAT = /MicroMessenger|wxwork/i

const textOf = (headers: Headers, name: string): string => [headers[name] ?? ''].flat().join(' ')

/** `nobody`: a look ahead or a machine · `somebody`: a person, who knows which · `in-wechat`: a person in WeChat or WeCom, where
 *  the link was sent. Machines that say they are browsers pass for somebody. */
export function openedBy(method: string, headers: Headers): 'nobody' | 'somebody' | 'in-wechat' {
  const agent = textOf(headers, 'user-agent')
  const ahead = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|preview|prerender/i.test(textOf(headers, name)),
  )
  if (method !== 'GET' || ahead || agent === '' || ROBOT.test(agent)) return 'nobody'
  return WECHAT.test(agent) ? 'in-wechat' : 'somebody'
}

export interface Opened {
  by: ReturnType<typeof openedBy>
  /** The mark that this browser was given; undefined: none. */
  mark: string | undefined
}
