/** A guide's browser at the sidebar: keeps cookies, follows redirects between us and the sandbox's login. `known`: cookies
 *  that it has already. */
export function openBrowser(appUrl: string, known: ReadonlyMap<string, string> = new Map()) {
  const cookies = new Map(known)
  const visited: string[] = []

  async function go(url: string, init: RequestInit = {}): Promise<Response> {
    const isOurs = url.startsWith(appUrl)
    const headers = new Headers(init.headers)
    if (isOurs && cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    visited.push(url)
    for (const line of isOurs ? response.headers.getSetCookie() : []) {
      const [pair = ''] = line.split(';', 1)
      const at = pair.indexOf('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }

  /** Follows redirects to the end; gives the last address of ours that was asked to open the page. */
  async function follow(path: string): Promise<string> {
    let url = `${appUrl}${path}`
    for (let hop = 0; hop < 6; hop++) {
      const response = await go(url)
      const next = response.headers.get('location')
      if (next === null) return url.replace(appUrl, '')
      url = new URL(next, url).toString()
    }
    throw new Error('too many redirects')
  }

  const api = (path: string): string => `${appUrl}/api/sidebar/${path}`

  return {
    cookies,
    visited,
    go,
    follow,
    login: (guide: string, back = '/sidebar/') => follow(`/api/sidebar/login?${new URLSearchParams({ back, guide })}`),
    /** `Body`: what the contract says of this path. */
    get: async <Body = unknown>(path: string) => answerOf<Body>(await go(api(path))),
    /** As the page posts; `headers` replace its own. */
    post: async <Body = unknown>(
      path: string,
      body: unknown,
      headers: Record<string, string> = { 'x-huoshui-sidebar': '1', origin: appUrl },
    ) =>
      answerOf<Body>(
        await go(api(path), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      ),
  }
}
export type Browser = ReturnType<typeof openBrowser>

// The cast is true as long as the server keeps to its contract, by which its answers are made.
async function answerOf<Body>(response: Response): Promise<{ status: number; body: Body }> {
  return { status: response.status, body: (await response.json()) as Body }
}
