import type { WecomAttachment } from '../../records/media/attachments.ts'
import type { GroupWelcomeContent } from '../../rules/schema/content.ts'

/** The text as WeCom keeps it; it puts the newcomer's name in. Source: doc 92366. */
export const welcomeText = ({ text = '' }: GroupWelcomeContent): string =>
  text.replaceAll('{客户昵称}', '%NICKNAME%').trim()

/** Text and the one attachment, each under its own name. */
export function welcomeBody(content: GroupWelcomeContent, [attachment]: readonly WecomAttachment[]) {
  const text = welcomeText(content)
  const { msgtype: _kind, ...detail } = attachment ?? { msgtype: undefined }
  return { ...(text === '' ? {} : { text: { content: text } }), ...detail }
}
