import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, object, type Param, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import type { GroupWelcome } from '../world.ts'
import { readAttachment } from './attachments.ts'

const MAX_TEMPLATES = 100
const anything: Param<unknown> = { read: (value) => value }
/** Of several, the first of these counts. */
const KINDS = ['image', 'link', 'miniprogram', 'file', 'video'] as const
const attachments = { image: anything, link: anything, miniprogram: anything, file: anything, video: anything }

interface Given extends Record<(typeof KINDS)[number], unknown> {
  text: { content: string } | undefined
}

function readContent(desk: Desk, p: Given): Pick<GroupWelcome, 'text' | 'attachment'> {
  const kind = KINDS.find((name) => p[name] !== undefined && p[name] !== null)
  if (kind === undefined && p.text === undefined) refuse(40058, 'text and attachment both empty')
  return {
    ...(p.text === undefined ? {} : { text: p.text.content }),
    ...(kind === undefined ? {} : { attachment: { msgtype: kind, [kind]: readAttachment(desk, kind, p[kind]) } }),
  }
}

/** Library of group welcomes (入群欢迎语素材). Docs 92366. */
export function groupWelcomeEndpoints() {
  const at = (name: string): string => `/cgi-bin/externalcontact/group_welcome_template/${name}`
  const templateId = { template_id: need(text()) }
  const content = (bytes: number) => ({
    text: object({ content: need(text({ bytes })) }),
    ...attachments,
    agentid: int(),
  })
  return [
    endpoint({
      path: at('add'),
      method: 'POST',
      params: { ...content(3_000), notify: int({ min: 0, max: 1 }) },
      handle: (p, desk) => {
        const { groupWelcomes } = desk.world
        if (groupWelcomes.size >= MAX_TEMPLATES) refuse(41055, 'too many templates')
        const templateId = `msg${desk.random.text(24)}`
        groupWelcomes.set(templateId, { templateId, ...readContent(desk, p), notify: (p.notify ?? 1) === 1 })
        return { template_id: templateId }
      },
    }),
    endpoint({
      path: at('edit'),
      method: 'POST',
      params: { ...templateId, ...content(4_000) },
      handle: (p, desk) => {
        const held = desk.world.groupWelcomes.get(p.template_id) ?? refuse(41058, 'no right to edit the template')
        const { templateId, notify } = held
        desk.world.groupWelcomes.set(templateId, { templateId, ...readContent(desk, p), notify })
        return {}
      },
    }),
    endpoint({
      path: at('get'),
      method: 'POST',
      params: templateId,
      handle: (p, { world }) => {
        const { text, attachment } = world.groupWelcomes.get(p.template_id) ?? refuse(40058, 'invalid template_id')
        return {
          ...(text === undefined ? {} : { text: { content: text } }),
          ...(attachment === undefined ? {} : { [attachment.msgtype]: attachment[attachment.msgtype] }),
        }
      },
    }),
    endpoint({
      path: at('del'),
      method: 'POST',
      params: { ...templateId, agentid: int() },
      handle: (p, { world }) => {
        if (!world.groupWelcomes.delete(p.template_id)) refuse(41058, 'no right to delete the template')
        return {}
      },
    }),
  ]
}
