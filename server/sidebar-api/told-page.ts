/** What the page is told with itself, so that it asks for nothing before it can begin. */
export interface Told {
  /** What the API would answer, by path and query below it. */
  answers: Record<string, unknown>
  /** Where a stranger logs in. */
  login?: string
}

const TOLD_PLACE = '<!--told-->'
/** Behind what sends a stranger to log in: the client comes from afar only in the sandbox. */
const CLIENT_PLACE = '<!--client-->'

/** The built page with what it is told. `clientScript`: what stands in for the WeCom client in the sandbox, which the page
 *  finds there before anything of its own runs. */
export function toldPage(html: string, told: Told, clientScript: string | undefined): string {
  const client = clientScript === undefined ? '' : `<script src="${clientScript}"></script>`
  // In a script `</script>` and `<!--` would end it or change what follows (HTML, 4.12.1.3).
  const text = JSON.stringify(told).replaceAll('<', '\\u003c')
  // By a function: `$&` in a name is no pattern.
  return html.replace(TOLD_PLACE, () => `<script>huoshuiTold=${text}</script>`).replace(CLIENT_PLACE, () => client)
}
