import { basename } from 'node:path/posix'
import type { Tx } from '../core/db/tx.ts'
import type { Media } from '../records/media/media.ts'
import type { LibraryScript } from '../rules/book/rule-book.ts'
import type { Script } from './contract.ts'

/** Below the folder of assets. */
export const picturesOf = ({ value }: LibraryScript): string[] =>
  (value.attachments ?? []).flatMap((one) => ('image' in one ? [one.image] : []))

/** Videos and files, below the folder of assets. */
export const filesOf = ({ value }: LibraryScript): { asset: string; kind: 'video' | 'file' }[] =>
  (value.attachments ?? []).flatMap((one): { asset: string; kind: 'video' | 'file' }[] => {
    if ('video' in one) return [{ asset: one.video, kind: 'video' }]
    return 'file' in one ? [{ asset: one.file, kind: 'file' }] : []
  })

type MediaOf = Pick<Media, 'chatMessages' | 'sizeOf'>

/** Scripts as the sidebar shows and sends them: their words first, then what goes with them. */
export async function scriptViews(tx: Tx, media: MediaOf, scripts: readonly LibraryScript[]): Promise<Script[]> {
  const prepared = await media.chatMessages(
    tx,
    scripts.map(({ value }) => value.attachments ?? []),
  )
  const files = await Promise.all(scripts.map((script) => fileViews(media, script)))
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
      ...(files[nth]?.length ? { files: files[nth] } : {}),
      missing: missing.map((what) => `${what}还没准备好，这次只发其余内容`),
    }
  })
}

/** What is not there is said to be missing. */
async function fileViews(media: MediaOf, script: LibraryScript): Promise<NonNullable<Script['files']>> {
  const views = await Promise.all(
    filesOf(script).map(async ({ asset, kind }) => {
      const bytes = await media.sizeOf(asset, kind)
      return bytes === undefined ? [] : [{ asset, kind, name: basename(asset), bytes }]
    }),
  )
  return views.flat()
}
