import { createOutbox } from '../../engine/actions/outbox.ts'
import { fillForGuide } from '../../operations/mass-send/personal-words.ts'
import { titleOf } from '../../operations/mass-send/variant-content.ts'
import { fillLinksForMany } from '../../operations/welcome/fill-names.ts'
import { splitToBytes } from '../../records/media/cut-to-bytes.ts'
import { createTell, TOLD_BYTES } from '../../records/staff/tell-staff.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { findGuide } from '../find/find-guide.ts'
import { findNamed } from '../find/find-named.ts'
import { guideNames, guideText } from '../find/guide-names.ts'
import { readBook } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { optional, text } from '../frame/slot.ts'
import { attachmentText } from './preview-command.ts'

const MOST = 20

export const tryCommand = defineCommand({
  name: 'try',
  audited: 'change',
  scope: 'operate',
  says: '试发：把最后的正文用应用消息发给几位成员看，客户什么都收不到；运行中的服务会马上发',
  words: {
    name: text('名称', 'config/sends/ 里写的群发名称'),
    whom: text('成员', `给谁看：姓名或账号，几位用逗号隔开，最多 ${MOST} 位`),
    version: optional(text('版本', '分了几版的，只看这一版；不写：每一版都发')),
  },
  run: async ({ name, whom, version }, desk) => {
    const { sends, policy } = await readBook(desk)
    const send = findNamed(sends, name, { kind: '群发', where: 'config/sends/' })
    const called = whom.split(/[,，、]/).filter((one) => one.trim() !== '')
    const tried = versionsOf(send, version)
    if (called.length === 0 || called.length > MOST) throw cliFault('wrong-use', `写 1 到 ${MOST} 位成员，用逗号隔开。`)
    const tell = createTell({ clock: desk.clock, outbox: createOutbox({ clock: desk.clock, nudge: () => undefined }) })
    return (await desk.db()).tx(async (tx) => {
      const names = await guideNames(tx)
      const userIds: string[] = []
      for (const one of called) userIds.push(await findGuide(tx, one))
      const told: string[] = []
      let most = 1
      // Each reads it in their own name, as their customers would, and all of it, in as many messages as that takes.
      for (const userId of new Set(userIds)) {
        const said = tried.flatMap(({ title, content }) => {
          const written = fillLinksForMany(content.text ?? '', (link) => policy.links?.[link]?.url)
          const attachments = (content.attachments ?? []).map((one) => `［${attachmentText(one)}］`)
          return messagesOf(title, [fillForGuide(written, names.get(userId)), ...attachments].join('\n'))
        })
        most = Math.max(most, said.length)
        for (const [nth, words] of said.entries()) {
          const key = `try:${desk.clock.now()}:${send.version}:${nth + 1}`
          const reason = { text: `试发群发「${send.name}」` }
          const reached = await tell(tx, { key, userIds: [userId], text: words, reason })
          if (nth === 0) told.push(...reached)
        }
      }
      if (told.length === 0) throw cliFault('no', '这几位都已离职，没有人收到。')
      const list = told.map((userId) => guideText(names, userId)).join('、')
      return {
        text: `「${send.name}」${tried.length > 1 ? `的 ${tried.length} 版` : ''}的正文会${most === 1 ? '' : `分 ${most} 条`}发给 ${list}，附件只写名字；客户什么都收不到。`,
        data: {
          send: send.name,
          told,
          ...(send.variants === undefined ? {} : { variants: tried.map(({ name: one }) => one) }),
        },
        changed: [{ of: send.name, after: { told } }],
      }
    })
  },
})

interface Tried {
  name: string
  /** 群发「大促」, 群发「大促」的「A」版 */
  title: string
  content: ContentRule
}

/** All of its versions, or the one that is asked for. */
function versionsOf({ name, value, variants }: Send, version: string | undefined): Tried[] {
  if (variants === undefined) {
    if (version !== undefined) throw cliFault('wrong-use', `「${name}」没有分版本，不用写是哪一版。`)
    return [{ name, title: titleOf(name, undefined), content: value.content }]
  }
  const wanted = variants.of.filter((one) => version === undefined || one.name === version)
  if (wanted.length === 0) {
    throw cliFault('no', `「${name}」没有「${version}」这一版，有：${variants.of.map((one) => one.name).join('、')}。`)
  }
  return wanted.map((one) => ({ name: one.name, title: titleOf(name, one.name), content: one.content }))
}

function messagesOf(title: string, words: string): string[] {
  const head = (part: string): string => `【试发】${title}${part}，只有您看得到：\n`
  if (Buffer.byteLength(head('') + words) <= TOLD_BYTES) return [head('') + words]
  const pieces = splitToBytes(words, TOLD_BYTES - Buffer.byteLength(head('（99/99）')))
  return pieces.map((piece, nth) => `${head(`（${nth + 1}/${pieces.length}）`)}${piece}`)
}
