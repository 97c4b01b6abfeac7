import { errorCode } from './error-codes.ts'

/** What a person reads of a final no of WeCom: that it did not take `what`, why, and what to do: what the code asks of somebody,
 *  and what comes after that (`then`). `errcode` undefined: it never answered. All Chinese. */
export function refusedText(what: string, errcode: number | undefined, then?: string): string {
  const { zh, todo, advice } =
    errcode === undefined ? { zh: '多次没有应答', todo: undefined, advice: undefined } : errorCode(errcode)
  const why = errcode === undefined ? zh : `${errcode} ${zh}`
  const next = [todo ?? advice, then].filter((one) => one !== undefined).join('；')
  return `企业微信没有接受${what}（${why}）${next === '' ? '' : `。${next}`}`
}
