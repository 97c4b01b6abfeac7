import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { bool, int, ints, need, object, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { checkTemplateCard } from './template-cards.ts'

/** A newer text says 72 h, an older one 24 h. */
const CODE_LIFE_MS = 3 * DAY_MS

interface Target {
  userids: string[] | undefined
  partyids: number[] | undefined
  tagids: number[] | undefined
  atall: boolean | undefined
}

function targetsOf({ world }: Desk, p: Target, receivers: string[]): { found: Set<string>; invalid: string[] } {
  if (p.atall) return { found: new Set(receivers), invalid: [] }
  if (!p.userids?.length && !p.partyids?.length && !p.tagids?.length) refuse(82101, 'nobody to update for')
  const named = new Set<string>()
  const invalid: string[] = []
  for (const id of p.userids ?? []) {
    const userId = findStaff(world, id)?.userId
    if (userId !== undefined && receivers.includes(userId)) named.add(userId)
    else invalid.push(id)
  }
  const tagged = (p.tagids ?? []).map((id) => world.directory.tags.get(id))
  const parties = new Set([...(p.partyids ?? []), ...tagged.flatMap((tag) => [...(tag?.parties ?? [])])])
  for (const userId of receivers) {
    const isInParty = world.staff.get(userId)?.departments.some((id) => parties.has(id))
    if (isInParty || tagged.some((tag) => tag?.users.has(userId))) named.add(userId)
  }
  if (named.size === 0) refuse(82102, 'not among the receivers of the message')
  return { found: named, invalid }
}

/** A card is changed after it was answered, once per code. Docs 94888. */
export function cardUpdateEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/message/update_template_card',
      method: 'POST',
      params: {
        agentid: need(int(), 41011),
        response_code: need(text(), 60140),
        userids: texts({ max: 1_000 }),
        partyids: ints({ max: 100, tooMany: 82002 }),
        tagids: ints({ max: 100, tooMany: 82003 }),
        atall: bool(),
        enable_id_trans: int({ min: 0, max: 1 }),
        button: object({ task_id: text(), replace_name: need(text(), 42020) }),
        template_card: { read: (value: unknown) => value },
      },
      empty: { invaliduser: [] },
      handle: (p, desk) => {
        const { world, clock, credentials } = desk
        if (p.agentid !== credentials.agentId) refuse(42015, 'sent by another app')
        const code = world.mail.responseCodes.get(p.response_code) ?? refuse(60140, 'invalid response_code')
        if (code.used || clock.now() - code.atMs >= CODE_LIFE_MS) refuse(60140, 'invalid response_code')
        const sent = world.mail.sent.get(code.msgid) ?? refuse(42016, 'no such message')
        const card = p.template_card
        const isCard = typeof card === 'object' && card !== null
        if (isCard === (p.button !== undefined)) refuse(40058, 'either button or template_card')
        if (isCard) checkTemplateCard(card as Record<string, unknown>, { isUpdate: true }) // an object, just checked
        if (p.button?.task_id !== undefined && p.button.task_id !== sent.taskId) refuse(42016, 'another task_id')
        const { found, invalid } = targetsOf(desk, p, sent.receivers)
        code.used = true
        for (const userId of found) {
          const message = world.appMessages.get(userId)?.find((one) => one.msgid === sent.msgid)
          if (!message) continue
          if (isCard) message.body = { ...card }
          else message.body = { ...message.body, replace_text: p.button?.replace_name }
        }
        desk.changed()
        return { invaliduser: invalid }
      },
    }),
  ]
}
