import { once } from '../session/once.ts'

/** Milliseconds within which the page is loaded anew by itself at most once. */
const ANEW_MS = 60_000

/** The page as the server gives it now; undefined: nobody answers. */
async function pageOfNow(): Promise<string | undefined> {
  try {
    const answer = await fetch(`${window.location.pathname}${window.location.search}`, { cache: 'no-store' })
    return answer.ok ? await answer.text() : undefined
  } catch {
    return undefined
  }
}

/** Another build than the one that runs here: the scripts that this page named are not what it names now. */
function isOtherBuild(html: string): boolean {
  const own = [...document.querySelectorAll<HTMLScriptElement>('script[type=module][src]')]
  return own.some(({ src }) => !html.includes(new URL(src).pathname))
}

/** Would a page that is loaded anew have what this one could not load? Never while nobody answers: what is on the screen is
 *  better than the browser's own page. `itself`: only where the server has another build by now, and not twice in a minute;
 *  `asked`: by a tap of the guide, also where the browser only remembers a failure. */
export async function mayHelpToLoadAnew(by: 'itself' | 'asked'): Promise<boolean> {
  if (!navigator.onLine) return false
  const html = await pageOfNow()
  if (html === undefined) return false
  return by === 'asked' || (isOtherBuild(html) && once('huoshui:anew', ANEW_MS, window.sessionStorage)())
}
