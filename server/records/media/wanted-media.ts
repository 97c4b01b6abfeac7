import { oncePerBook } from '../../rules/book/once-per-book.ts'
import { everyStep } from '../../rules/book/sop-branches.ts'
import { contentsOf } from '../../rules/book/variants-of.ts'
import type { AssetUse } from '../../rules/checks/assets.ts'
import { enterableSops } from '../../rules/release/enterable-sops.ts'
import type { ScriptAttachmentRule } from '../../rules/schema/content.ts'

/** `pictureOnly`: shown by URL alone, which is permanent. Otherwise also as a media id, which lives three days: covers of
 *  mini-programs and everything a guide sends from the sidebar. Of a video or file there is an id only. */
export interface WantedMedia {
  source: string
  as: AssetUse
  pictureOnly: boolean
}

export const assetSource = (path: string): string => `asset:${path}`
/** The same file as a moment takes it: WeCom keeps those apart. */
export const momentSource = (path: string): string => `moment:${path}`
export const momentVideoSource = (path: string): string => `moment-video:${path}`
/** Whether it lies in the library of moments. */
export const isForMoments = (source: string): boolean =>
  source.startsWith(momentSource('')) || source.startsWith(momentVideoSource(''))
export const videoSource = (path: string): string => `video:${path}`
export const fileSource = (path: string): string => `file:${path}`
export const groupQrSource = (pool: string): string => `group-qr:${pool}`

/** Everything that the rules may send, so that none has to be fetched while a customer waits. Group QR codes are
 *  wanted for each pool: guides send them from the sidebar. */
export const wantedMedia = oncePerBook((book): ReadonlyMap<string, WantedMedia> => {
  const wanted = new Map<string, WantedMedia>()
  const want = (source: string, pictureOnly: boolean, as: AssetUse = 'image'): void => {
    wanted.set(source, { source, as, pictureOnly: pictureOnly && (wanted.get(source)?.pictureOnly ?? true) })
  }
  const wantAll = (attachments: ScriptAttachmentRule[] | undefined, bySidebar: boolean): void => {
    for (const attachment of attachments ?? []) {
      if ('image' in attachment) want(assetSource(attachment.image), !bySidebar)
      else if ('video' in attachment) want(videoSource(attachment.video), false, 'video')
      else if ('file' in attachment) want(fileSource(attachment.file), false, 'file')
      else if ('miniProgram' in attachment) want(assetSource(attachment.miniProgram.cover), false)
    }
  }
  for (const { value } of book.welcomes.values()) {
    wantAll(value.attachments, false)
    for (const variant of value.hours ?? []) wantAll(variant.attachments, false)
  }
  for (const { value, occasions } of book.sends.values())
    for (const { attachments } of occasions?.contents ?? contentsOf(value.content)) wantAll(attachments, false)
  for (const { value } of book.moments.values()) {
    for (const one of value.content.attachments ?? []) {
      if ('image' in one) want(momentSource(one.image), false)
      else if ('video' in one) want(momentVideoSource(one.video), false, 'video')
    }
  }
  for (const { value } of enterableSops(book))
    for (const step of everyStep(value.steps)) if ('message' in step) wantAll(step.message.attachments, false)
  for (const { value } of book.scripts.values()) wantAll(value.attachments, true)
  for (const [pool, { value }] of book.pools) {
    want(groupQrSource(pool), false)
    wantAll(value.welcome?.attachments, false)
  }
  return wanted
})
