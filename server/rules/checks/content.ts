import {
  LINK_DESC_BYTES,
  LINK_TITLE_BYTES,
  MESSAGE_TEXT_BYTES,
  MINI_TITLE_BYTES,
  URL_BYTES,
} from '../../core/kernel/wecom-limits.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { AttachmentRule, ContentRule } from '../schema/content.ts'
import { type AnyDraft, type CheckContext, checkName } from './check-context.ts'
import { brokenRule } from './platform-rules.ts'

export const PLACEHOLDERS = ['{客户昵称}', '{导购名}', '{退订链接}'] as const
/** What the sidebar knows besides of the customer to whom a script is sent. */
export const ORDER_PLACEHOLDERS = ['{上次买的}', '{上次下单}', '{下单次数}'] as const

/** A WeChat nickname may take 16 characters of 4 bytes, a member's name and a short link 64 bytes. */
const PLACEHOLDER_BYTES = 64

const bytes = (text: string): number => Buffer.byteLength(text)

/** Text and attachments of a welcome, a script or a mass-send. `placeholders`: those that are filled in there; `campaign`: it
 *  goes to many at once, so what breaks a rule of the platform is refused and not only told. */
export function checkContent(
  context: CheckContext,
  draft: AnyDraft,
  path: Path,
  content: ContentRule,
  { placeholders = PLACEHOLDERS, campaign = false }: { placeholders?: readonly string[]; campaign?: boolean } = {},
): void {
  const { text = '', attachments = [] } = content
  const mayBeThere = draft.isLeftOut([...path, 'text']) || draft.isLeftOut([...path, 'attachments'])
  if (text.trim() === '' && attachments.length === 0 && !mayBeThere) {
    draft.fault(path, '没有内容', '写 text（文字）或 attachments（附件）')
  }
  checkText(draft, [...path, 'text'], text, placeholders)
  for (const [at, written] of [[['text'], text] as const, ...attachments.flatMap(wordsOf)]) {
    const broken = brokenRule(written)
    if (broken === undefined) continue
    const tell = campaign ? draft.fault : draft.advise
    const { name, source } = broken.rule
    tell([...path, ...at], `「${broken.words}」是${name}，会被封号`, `换个说法，奖励不要和转发、拉人挂钩（${source}）`)
  }
  for (const [index, attachment] of attachments.entries()) {
    checkAttachment(context, draft, [...path, 'attachments', index], attachment)
  }
}

/** What customers read on a card, and where it stands. */
function wordsOf(attachment: AttachmentRule, index: number): [at: Path, text: string][] {
  const here = ['attachments', index]
  if ('miniProgram' in attachment) return [[[...here, 'miniProgram', 'title'], attachment.miniProgram.title]]
  if (!('link' in attachment)) return []
  const { title, desc = '' } = attachment.link
  return [
    [[...here, 'link', 'title'], title],
    [[...here, 'link', 'desc'], desc],
  ]
}

function checkText(draft: AnyDraft, path: Path, text: string, placeholders: readonly string[]): void {
  const filled = placeholders.reduce((all, one) => all.replaceAll(one, 'x'.repeat(PLACEHOLDER_BYTES)), text)
  if (bytes(filled) > MESSAGE_TEXT_BYTES) {
    draft.fault(
      path,
      `文字太长：${bytes(filled)} 字节，企业微信最多 ${MESSAGE_TEXT_BYTES} 字节`,
      `大约要删掉 ${Math.ceil((bytes(filled) - MESSAGE_TEXT_BYTES) / 3)} 个汉字`,
    )
  }
  checkPlaceholders(draft, path, text, placeholders)
}

/** Anything in braces looks like a placeholder to the person who wrote it. */
export function checkPlaceholders(draft: AnyDraft, path: Path, text: string, placeholders: readonly string[]): void {
  for (const [found] of text.matchAll(/[{｛]\s*[^{}｛｝\n]{1,20}\s*[}｝]/g)) {
    if (placeholders.includes(found)) continue
    if ((PLACEHOLDERS as readonly string[]).includes(found)) {
      const hint =
        found === '{退订链接}'
          ? '这里给很多人的是同一段文字，给不了每人自己的链接；写在欢迎语里'
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

function checkAttachment(context: CheckContext, draft: AnyDraft, path: Path, attachment: AttachmentRule): void {
  const limit = (at: Path, what: string, text: string, most: number): void => {
    if (bytes(text) > most) draft.fault(at, `${what}有 ${bytes(text)} 字节，最多 ${most} 字节`, '请缩短')
  }
  if ('image' in attachment) checkAsset(context, draft, [...path, 'image'], attachment.image)
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

function checkAsset(context: CheckContext, draft: AnyDraft, path: Path, asset: string): void {
  const problem = context.assetProblem(asset)
  if (problem !== undefined) draft.fault(path, ...problem)
}

function checkUrl(draft: AnyDraft, path: Path, url: string): void {
  if (bytes(url) > URL_BYTES) draft.fault(path, `网址有 ${bytes(url)} 字节，最多 ${URL_BYTES} 字节`, '换成短一些的网址')
  else if (!/^https?:\/\/[^\s/]+/.test(url) || !URL.canParse(url)) {
    draft.fault(path, `网址「${url}」不完整`, '写完整的网址，以 https:// 开头')
  }
}
