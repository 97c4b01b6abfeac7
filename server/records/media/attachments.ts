import type { Tx } from '../../core/db/tx.ts'
import { assertNever } from '../../core/kernel/assert-never.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import {
  LINK_DESC_BYTES,
  LINK_TITLE_BYTES,
  MINI_TITLE_BYTES,
  MOMENT_LINK_TITLE_BYTES,
  URL_BYTES,
} from '../../core/kernel/wecom-limits.ts'
import type { Attachment as WecomAttachment } from '../../platform/wecom/api/attachment.ts'
import type { MomentAttachmentRule, ScriptAttachmentRule } from '../../rules/schema/content.ts'
import { cutToBytes } from './cut-to-bytes.ts'
import { type PreparedMedia, preparedMedia } from './prepared-media.ts'
import {
  assetSource,
  fileSource,
  groupQrSource,
  isForMoments,
  momentSource,
  momentVideoSource,
  videoSource,
} from './wanted-media.ts'

/** One entry of `attachments` in WeCom's welcome and mass messages. */
export type { Attachment as WecomAttachment } from '../../platform/wecom/api/attachment.ts'

/** One entry of a moment's. */
export type MomentAttachment =
  | { msgtype: 'image'; image: { media_id: string } }
  | { msgtype: 'video'; video: { media_id: string } }
  | { msgtype: 'link'; link: { title: string; url: string } }

/** One message for the sidebar's `sendChatMessage`. */
export type ChatMessage =
  | { msgtype: 'image'; image: { mediaid: string } }
  | { msgtype: 'video'; video: { mediaid: string } }
  | { msgtype: 'file'; file: { mediaid: string } }
  | { msgtype: 'news'; news: { link: string; title: string; desc?: string; imgUrl?: string } }
  | { msgtype: 'miniprogram'; miniprogram: { appid: string; title: string; imgUrl: string; page: string } }

/** What can be sent now, in the order of the rules, and in Chinese what cannot yet. */
export interface Prepared<Ready> {
  ready: Ready[]
  missing: string[]
}

type Known = ReadonlyMap<string, PreparedMedia>

/** Turns attachments as rules write them into what WeCom takes, from what is prepared; reads the database only. */
export function createAttachments({ clock }: { clock: Clock }) {
  const liveId = (media: PreparedMedia | undefined): string | undefined =>
    media?.mediaUntilMs !== undefined && media.mediaUntilMs > clock.now() ? media.mediaId : undefined

  function image(source: string, known: Known): WecomAttachment | undefined {
    const media = known.get(source)
    if (media?.picUrl !== undefined) return { msgtype: 'image', image: { pic_url: media.picUrl } }
    const mediaId = liveId(media)
    return mediaId === undefined ? undefined : { msgtype: 'image', image: { media_id: mediaId } }
  }

  function attachment(rule: ScriptAttachmentRule, known: Known): WecomAttachment | undefined {
    if ('image' in rule) return image(assetSource(rule.image), known)
    if ('groupQr' in rule) return image(groupQrSource(rule.groupQr), known)
    if ('link' in rule) return fits(rule.link.url) ? { msgtype: 'link', link: link(rule.link) } : undefined
    if ('miniProgram' in rule) {
      const { title, appid, page, cover } = rule.miniProgram
      const mediaId = liveId(known.get(assetSource(cover)))
      if (mediaId === undefined) return undefined
      const miniprogram = { title: cutToBytes(title, MINI_TITLE_BYTES), pic_media_id: mediaId, appid, page }
      return { msgtype: 'miniprogram', miniprogram }
    }
    if ('video' in rule || 'file' in rule) {
      const media_id = liveId(known.get('video' in rule ? videoSource(rule.video) : fileSource(rule.file)))
      if (media_id === undefined) return undefined
      return 'video' in rule ? { msgtype: 'video', video: { media_id } } : { msgtype: 'file', file: { media_id } }
    }
    return assertNever(rule)
  }

  function chatMessage(rule: ScriptAttachmentRule, known: Known): ChatMessage | undefined {
    if ('image' in rule || 'groupQr' in rule) {
      const mediaid = liveId(known.get('image' in rule ? assetSource(rule.image) : groupQrSource(rule.groupQr)))
      return mediaid === undefined ? undefined : { msgtype: 'image', image: { mediaid } }
    }
    if ('video' in rule) {
      const mediaid = liveId(known.get(videoSource(rule.video)))
      return mediaid === undefined ? undefined : { msgtype: 'video', video: { mediaid } }
    }
    if ('file' in rule) {
      const mediaid = liveId(known.get(fileSource(rule.file)))
      return mediaid === undefined ? undefined : { msgtype: 'file', file: { mediaid } }
    }
    if ('link' in rule) {
      const { url, picurl, ...words } = link(rule.link)
      return { msgtype: 'news', news: { link: url, ...words, ...(picurl === undefined ? {} : { imgUrl: picurl }) } }
    }
    const { title, appid, page, cover } = rule.miniProgram
    const imgUrl = known.get(assetSource(cover))?.picUrl
    // The client opens only pages that end in .html.
    const htmlPage = page.replace(/^([^?]*?)(\.html)?(\?.*)?$/, '$1.html$3')
    return imgUrl === undefined
      ? undefined
      : { msgtype: 'miniprogram', miniprogram: { appid, title, imgUrl, page: htmlPage } }
  }

  const prepare =
    <Rule extends ScriptAttachmentRule, Ready>(turn: (rule: Rule, known: Known) => Ready | undefined) =>
    async (tx: Tx, lists: readonly (readonly Rule[])[]): Promise<Prepared<Ready>[]> => {
      const known = await preparedMedia.some(tx, [...new Set(lists.flatMap(sourcesOf))])
      return lists.map((rules) => {
        const ready: Ready[] = []
        const missing: string[] = []
        for (const rule of rules) {
          const turned = turn(rule, known)
          if (turned === undefined) missing.push(nameOf(rule))
          else ready.push(turned)
        }
        return { ready, missing }
      })
    }
  const attachments = prepare(attachment)

  return {
    /** For welcome and mass messages. */
    attachments: async (tx: Tx, rules: readonly ScriptAttachmentRule[]): Promise<Prepared<WecomAttachment>> => {
      const [prepared = { ready: [], missing: [] }] = await attachments(tx, [rules])
      return prepared
    },
    /** Of what these hold, so that another file under the same name is seen; the same while it is only renewed. */
    marks: async (tx: Tx, rules: readonly ScriptAttachmentRule[]): Promise<string[]> => {
      const sources = sourcesOf(rules).filter((source) => !isForMoments(source))
      const known = await preparedMedia.some(tx, sources)
      return sources.map((source) => known.get(source)?.fingerprint ?? '')
    },
    /** For a moment: pictures, a video, or a link. */
    forMoment: prepare((rule: MomentAttachmentRule, known: Known): MomentAttachment | undefined => {
      if ('link' in rule) {
        const title = cutToBytes(rule.link.title, MOMENT_LINK_TITLE_BYTES)
        return fits(rule.link.url) ? { msgtype: 'link', link: { title, url: rule.link.url } } : undefined
      }
      if ('video' in rule) {
        const media_id = liveId(known.get(momentVideoSource(rule.video)))
        return media_id === undefined ? undefined : { msgtype: 'video', video: { media_id } }
      }
      const mediaId = 'image' in rule ? liveId(known.get(momentSource(rule.image))) : undefined
      return mediaId === undefined ? undefined : { msgtype: 'image', image: { media_id: mediaId } }
    }),
    /** For the sidebar: of each of these lists, all read at once. */
    chatMessages: prepare(chatMessage),
  }
}

const fits = (url: string): boolean => Buffer.byteLength(url) <= URL_BYTES

function link(rule: { title: string; url: string; desc?: string; picurl?: string }) {
  return {
    title: cutToBytes(rule.title, LINK_TITLE_BYTES),
    url: rule.url,
    ...(rule.desc === undefined ? {} : { desc: cutToBytes(rule.desc, LINK_DESC_BYTES) }),
    ...(rule.picurl === undefined || !fits(rule.picurl) ? {} : { picurl: rule.picurl }),
  }
}

function sourcesOf(rules: readonly ScriptAttachmentRule[]): string[] {
  return rules.flatMap((rule) => {
    if ('image' in rule) return [assetSource(rule.image), momentSource(rule.image)]
    if ('groupQr' in rule) return [groupQrSource(rule.groupQr)]
    if ('video' in rule) return [videoSource(rule.video), momentVideoSource(rule.video)]
    if ('file' in rule) return [fileSource(rule.file)]
    return 'miniProgram' in rule ? [assetSource(rule.miniProgram.cover)] : []
  })
}

function nameOf(rule: ScriptAttachmentRule): string {
  if ('image' in rule) return `图片 ${rule.image}`
  if ('video' in rule) return `视频 ${rule.video}`
  if ('file' in rule) return `文件 ${rule.file}`
  if ('groupQr' in rule) return `群二维码「${rule.groupQr}」`
  if ('link' in rule) return `链接「${rule.link.title}」`
  return `小程序「${rule.miniProgram.title}」`
}
