import type { ContentRule, ScriptAttachmentRule } from '../rules/schema/content.ts'
import type { ScriptRule } from '../rules/schema/rule-files.ts'

/** One thing that reached a customer, by whomever. */
export interface Said {
  /** UTC milliseconds. */
  atMs: number
  /** `林夏`, `欢迎语`, `群发「周三福利日」`. */
  by: string
  /** Where it was a prepared script. */
  scriptId?: string | undefined
  content?: (Omit<ContentRule, 'attachments'> & { attachments?: ScriptAttachmentRule[] }) | undefined
}

/** What only one offer has: the group, the page. A picture may go with anything. */
function offersOf(attachments: readonly ScriptAttachmentRule[] = []): string[] {
  return attachments.flatMap((one) => {
    if ('groupQr' in one) return [`group ${one.groupQr}`]
    if ('link' in one) return [`link ${one.link.url}`]
    if ('miniProgram' in one) return [`mini ${one.miniProgram.appid} ${one.miniProgram.page}`]
    return []
  })
}

const plain = (text = ''): string => text.replace(/[\s\p{P}]/gu, '')

/** When a script was last said, and by whom; undefined: never. It was, when it was sent itself, when all that it offers went with
 *  something else, or when something else had the same words. `pools`: whose invitation it is. */
export function saidBefore(
  { id, text, attachments }: Pick<ScriptRule, 'id' | 'text' | 'attachments'>,
  pools: readonly string[],
  said: readonly Said[],
): Said | undefined {
  const offers = [...new Set([...offersOf(attachments), ...pools.map((pool) => `group ${pool}`)])]
  let last: Said | undefined
  for (const one of said) {
    const there = new Set(offersOf(one.content?.attachments))
    const isOffered = offers.length > 0 && offers.every((offer) => there.has(offer))
    const isSame =
      one.scriptId === id || isOffered || (one.content !== undefined && plain(one.content.text) === plain(text))
    if (isSame && one.atMs > (last?.atMs ?? Number.NEGATIVE_INFINITY)) last = one
  }
  return last
}
