import { oncePerBook } from '../../rules/book/once-per-book.ts'
import { everyStep } from '../../rules/book/sop-branches.ts'
import { enterableSops } from '../../rules/release/enterable-sops.ts'
import type { AttachmentRule } from '../../rules/schema/content.ts'

/** `pictureOnly`: shown by URL alone, which is permanent. Otherwise also as a media id, which lives three days: covers of
 *  mini-programs and everything a guide sends from the sidebar. */
export interface WantedMedia {
  source: string
  pictureOnly: boolean
}

export const assetSource = (path: string): string => `asset:${path}`
export const groupQrSource = (pool: string): string => `group-qr:${pool}`

/** Every picture that the rules may send, so that none has to be fetched while a customer waits. Group QR codes are
 *  wanted for each pool: guides send them from the sidebar. */
export const wantedMedia = oncePerBook((book): ReadonlyMap<string, WantedMedia> => {
  const wanted = new Map<string, WantedMedia>()
  const want = (source: string, pictureOnly: boolean): void => {
    wanted.set(source, { source, pictureOnly: pictureOnly && (wanted.get(source)?.pictureOnly ?? true) })
  }
  const wantAll = (attachments: AttachmentRule[] | undefined, bySidebar: boolean): void => {
    for (const attachment of attachments ?? []) {
      if ('image' in attachment) want(assetSource(attachment.image), !bySidebar)
      else if ('miniProgram' in attachment) want(assetSource(attachment.miniProgram.cover), false)
    }
  }
  for (const { value } of book.welcomes.values()) {
    wantAll(value.attachments, false)
    for (const variant of value.hours ?? []) wantAll(variant.attachments, false)
  }
  for (const { value } of book.sends.values()) wantAll(value.content.attachments, false)
  for (const { value } of enterableSops(book))
    for (const step of everyStep(value.steps)) if ('message' in step) wantAll(step.message.attachments, false)
  for (const { value } of book.scripts.values()) wantAll(value.attachments, true)
  for (const pool of book.pools.keys()) want(groupQrSource(pool), false)
  return wanted
})
