import {
  LINK_DESC_BYTES,
  LINK_TITLE_BYTES,
  MESSAGE_TEXT_BYTES,
  MINI_TITLE_BYTES,
  URL_BYTES,
} from '../../core/kernel/wecom-limits.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { ContentRule, ScriptAttachmentRule } from '../schema/content.ts'
import type { AssetUse } from './assets.ts'
import { type AnyDraft, type CheckContext, checkName } from './check-context.ts'
import { brokenRule } from './platform-rules.ts'

export const PLACEHOLDERS = ['{客户昵称}', '{导购名}', '{退订链接}'] as const
const OPT_OUT = '{退订链接}'
/** What the sidebar knows besides of the customer to whom a script is sent. */
export const ORDER_PLACEHOLDERS = ['{上次买的}', '{上次下单}', '{下单次数}'] as const

/** Looks like a tracked link, in braces and colons of any width. */
const LINK_PLACE = /^[{｛]\s*链接\s*[:：]/

/** A WeChat nickname may take 16 characters of 4 bytes, a member's name and a short link 64 bytes. */
const PLACEHOLDER_BYTES = 64
/** Without a public address a tracked link stands there as it is in policy.yaml. */
const LINK_BYTES = 500

const bytes = (text: string): number => Buffer.byteLength(text)

/** Text and attachments of a welcome, a script or a mass-send. `placeholders`: those that are filled in there; `campaign`: it
 *  goes to many at once, so what breaks a rule of the platform is refused and not only told; `chars`: where the platform counts
 *  characters of the text and not bytes, so many; `mostBytes`: where it counts bytes; `longest`: the most that is filled
 *  in for a placeholder, where that is no name. */
export function checkContent(
  context: CheckContext,
  draft: AnyDraft,
  path: Path,
  content: Omit<ContentRule, 'attachments'> & { attachments?: readonly ScriptAttachmentRule[] },
  {
    placeholders = PLACEHOLDERS,
    campaign = false,
    chars,
    mostBytes = MESSAGE_TEXT_BYTES,
    longest = {},
  }: {
    placeholders?: readonly string[]
    campaign?: boolean
    chars?: number
    mostBytes?: number
    longest?: Readonly<Record<string, string>>
  } = {},
): void {
  const { text = '', attachments = [] } = content
  const mayBeThere = draft.isLeftOut([...path, 'text']) || draft.isLeftOut([...path, 'attachments'])
  if (text.trim() === '' && attachments.length === 0 && !mayBeThere) {
    draft.fault(path, '没有内容', '写 text（文字）或 attachments（附件）')
  }
  const links = context.linkPlaces ?? text.match(/\{链接:[^{}\n]{1,16}\}/g) ?? []
  const takesLinks = campaign || placeholders.includes(OPT_OUT)
  const places = takesLinks ? [...placeholders, ...links] : placeholders
  checkText(draft, [...path, 'text'], text, { placeholders: places, takesLinks, chars, mostBytes, longest })
  for (const [at, written] of [[['text'], text] as const, ...attachments.flatMap(wordsOf)])
    checkPlatformRules(campaign ? draft.fault : draft.advise, [...path, ...at], written)
  for (const [index, attachment] of attachments.entries()) {
    checkAttachment(context, draft, [...path, 'attachments', index], attachment)
  }
}

/** Tells of words for which the platform shuts accounts. */
export function checkPlatformRules(tell: AnyDraft['fault'], path: Path, text: string): void {
  const broken = brokenRule(text)
  if (broken === undefined) return
  const { name, source } = broken.rule
  tell(path, `「${broken.words}」是${name}，会被封号`, `换个说法，奖励不要和转发、拉人挂钩（${source}）`)
}

/** What customers read on a card, and where it stands. */
function wordsOf(attachment: ScriptAttachmentRule, index: number): [at: Path, text: string][] {
  const here = ['attachments', index]
  if ('miniProgram' in attachment) return [[[...here, 'miniProgram', 'title'], attachment.miniProgram.title]]
  if (!('link' in attachment)) return []
  const { title, desc = '' } = attachment.link
  return [
    [[...here, 'link', 'title'], title],
    [[...here, 'link', 'desc'], desc],
  ]
}

function checkText(
  draft: AnyDraft,
  path: Path,
  text: string,
  {
    placeholders,
    takesLinks,
    chars,
    mostBytes,
    longest,
  }: {
    placeholders: readonly string[]
    takesLinks: boolean
    chars: number | undefined
    mostBytes: number
    longest: Readonly<Record<string, string>>
  },
): void {
  const filled = placeholders.reduce(
    (all, one) =>
      all.replaceAll(one, () => longest[one] ?? 'x'.repeat(LINK_PLACE.test(one) ? LINK_BYTES : PLACEHOLDER_BYTES)),
    text,
  )
  const long = [...filled].length
  if (chars !== undefined && long > chars) {
    draft.fault(path, `文字太长：${long} 个字，企业微信最多 ${chars} 个字`, `大约要删掉 ${long - chars} 个字`)
  }
  if (chars === undefined && bytes(filled) > mostBytes) {
    const counted = Object.keys(longest)
      .map((one) => `（${one} 按最长的算）`)
      .join('')
    draft.fault(
      path,
      `文字太长：${bytes(filled)} 字节，企业微信最多 ${mostBytes} 字节${counted}`,
      `大约要删掉 ${Math.ceil((bytes(filled) - mostBytes) / 3)} 个汉字`,
    )
  }
  checkPlaceholders(draft, path, text, placeholders, takesLinks)
}

/** Anything in braces looks like a placeholder to the person who wrote it. */
export function checkPlaceholders(
  draft: AnyDraft,
  path: Path,
  text: string,
  placeholders: readonly string[],
  takesLinks = false,
): void {
  for (const [found] of text.matchAll(/[{｛]\s*[^{}｛｝\n]{1,20}\s*[}｝]/g)) {
    if (placeholders.includes(found)) continue
    const isLink = LINK_PLACE.test(found)
    if (isLink && takesLinks) {
      const near = didYouMean(
        found,
        placeholders.filter((one) => LINK_PLACE.test(one)),
      )
      const hint = near === undefined ? '先在 policy.yaml 的 links 里写上它：名字和 url' : `是不是想写 ${near}`
      draft.fault(path, `没有 ${found} 这个链接，会原样发给客户`, hint)
      continue
    }
    if (isLink || (PLACEHOLDERS as readonly string[]).includes(found)) {
      const hint =
        isLink || found === OPT_OUT
          ? '这里给不了每人自己的链接；写在欢迎语里'
          : '这里不会替换成真的名字，请改成对谁都合适的话'
      draft.fault(path, `这里不能用 ${found}`, hint)
      continue
    }
    const meant = didYouMean(found, placeholders)
    draft.fault(
      path,
      `不认识 ${found}，会原样发给客户`,
      meant !== undefined
        ? `是不是想写 ${meant}`
        : placeholders.length > 0
          ? `可以用 ${placeholders.join('、')}`
          : '去掉大括号',
    )
  }
}

function checkAttachment(context: CheckContext, draft: AnyDraft, path: Path, attachment: ScriptAttachmentRule): void {
  const limit = (at: Path, what: string, text: string, most: number): void => {
    if (bytes(text) > most) draft.fault(at, `${what}有 ${bytes(text)} 字节，最多 ${most} 字节`, '请缩短')
  }
  if ('image' in attachment) checkAsset(context, draft, [...path, 'image'], attachment.image)
  else if ('video' in attachment) checkAsset(context, draft, [...path, 'video'], attachment.video, 'video')
  else if ('file' in attachment) checkAsset(context, draft, [...path, 'file'], attachment.file, 'file')
  else if ('groupQr' in attachment) checkName(context, draft, [...path, 'groupQr'], 'pool', attachment.groupQr)
  else if ('miniProgram' in attachment) {
    const { title, appid, cover } = attachment.miniProgram
    const here = [...path, 'miniProgram']
    limit([...here, 'title'], '小程序标题', title, MINI_TITLE_BYTES)
    checkAsset(context, draft, [...here, 'cover'], cover)
    if (!/^wx[0-9a-f]{16}$/.test(appid)) {
      draft.fault([...here, 'appid'], `appid「${appid}」不对`, '在小程序后台看，wx 加 16 位字母数字')
    }
  } else {
    const { title, url, desc = '', picurl } = attachment.link
    const here = [...path, 'link']
    limit([...here, 'title'], '链接标题', title, LINK_TITLE_BYTES)
    limit([...here, 'desc'], '链接说明', desc, LINK_DESC_BYTES)
    checkUrl(draft, [...here, 'url'], url)
    if (picurl !== undefined) checkUrl(draft, [...here, 'picurl'], picurl)
  }
}

function checkAsset(context: CheckContext, draft: AnyDraft, path: Path, asset: string, as?: AssetUse): void {
  const problem = context.assetProblem(asset, as)
  if (problem !== undefined) draft.fault(path, ...problem)
}

function checkUrl(draft: AnyDraft, path: Path, url: string): void {
  if (bytes(url) > URL_BYTES) draft.fault(path, `网址有 ${bytes(url)} 字节，最多 ${URL_BYTES} 字节`, '换成短一些的网址')
  else if (!/^https?:\/\/[^\s/]+/.test(url) || !URL.canParse(url)) {
    draft.fault(path, `网址「${url}」不完整`, '写完整的网址，以 https:// 开头')
  }
}
