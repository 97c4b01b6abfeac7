import type { Tx } from '../core/db/tx.ts'
import type { Media } from '../records/media/media.ts'
import type { LibraryScript } from '../rules/book/rule-book.ts'
import type { Script } from './contract.ts'

/** Below the folder of assets. */
export const picturesOf = ({ value }: LibraryScript): string[] =>
  (value.attachments ?? []).flatMap((one) => ('image' in one ? [one.image] : []))

/** A script as the sidebar shows and sends it: its words first, then what goes with them. */
export async function scriptView(tx: Tx, media: Pick<Media, 'chatMessages'>, script: LibraryScript): Promise<Script> {
  const { title, aim, expect, text, attachments } = script.value
  const pictures = picturesOf(script)
  const { ready, missing } = await media.chatMessages(tx, attachments ?? [])
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
}

export async function scriptViews(
  tx: Tx,
  media: Pick<Media, 'chatMessages'>,
  scripts: readonly LibraryScript[],
): Promise<Script[]> {
  const views: Script[] = []
  for (const script of scripts) views.push(await scriptView(tx, media, script))
  return views
}
