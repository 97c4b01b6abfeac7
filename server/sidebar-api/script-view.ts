import type { Tx } from '../core/db/tx.ts'
import type { Media } from '../records/media/media.ts'
import type { LibraryScript } from '../rules/book/rule-book.ts'
import type { Script } from './contract.ts'

/** Below the folder of assets. */
export const picturesOf = ({ value }: LibraryScript): string[] =>
  (value.attachments ?? []).flatMap((one) => ('image' in one ? [one.image] : []))

type MediaOf = Pick<Media, 'chatMessages'>

/** Scripts as the sidebar shows and sends them: their words first, then what goes with them. */
export async function scriptViews(tx: Tx, media: MediaOf, scripts: readonly LibraryScript[]): Promise<Script[]> {
  const prepared = await media.chatMessages(
    tx,
    scripts.map(({ value }) => value.attachments ?? []),
  )
  return scripts.map((script, nth) => {
    const { title, aim, expect, text } = script.value
    const pictures = picturesOf(script)
    const { ready = [], missing = [] } = prepared[nth] ?? {}
    return {
      id: script.name,
      title,
      domain: script.domain,
      situation: script.situation,
      aim,
      expect,
      text,
      messages: [{ msgtype: 'text', text: { content: text } }, ...ready],
      ...(pictures.length === 0 ? {} : { pictures }),
      missing: missing.map((what) => `${what}还没准备好，这次只发其余内容`),
    }
  })
}
