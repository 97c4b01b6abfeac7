import { fillForGuide } from '../../operations/mass-send/personal-words.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { customerSlot, findCustomer } from '../find/find-customer.ts'
import { findNamed } from '../find/find-named.ts'
import { guideNames, guideText } from '../find/guide-names.ts'
import { readBook } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { text } from '../frame/slot.ts'

export const previewCommand = defineCommand({
  name: 'preview',
  audited: 'look',
  scope: 'customers',
  says: '一位客户最后会看到的正文和附件、由谁发；什么都不发',
  words: { name: text('名称', 'config/sends/ 里写的群发名称'), customer: customerSlot },
  run: async ({ name, customer }, desk) => {
    const send = findNamed((await readBook(desk)).sends, name, { kind: '群发', where: 'config/sends/' })
    return (await desk.db()).view(async (tx) => {
      const { externalUserId } = await findCustomer(tx, customer)
      const userId = (await customerQueries.ownersOf(tx, [externalUserId])).get(externalUserId)
      if (userId === undefined) throw cliFault('no', '这位客户没有在跟进的导购，收不到群发。')
      const names = await guideNames(tx)
      const filled = fillForGuide(send.value.content.text ?? '', names.get(userId))
      const attachments = (send.value.content.attachments ?? []).map(attachmentText)
      const lines = [
        `「${send.name}」由 ${guideText(names, userId)} 发：`,
        '',
        filled,
        ...attachments.map((one) => `［${one}］`),
      ]
      return {
        text: lines.join('\n'),
        data: { send: send.name, externalUserId, userId, text: filled, attachments },
        about: [externalUserId],
      }
    })
  },
})

type Attachment = NonNullable<ContentRule['attachments']>[number]

/** `image: send/wednesday.png`, as the rule has it. */
const attachmentText = (attachment: Attachment): string =>
  Object.entries(attachment)
    .map(([kind, value]) => `${kind}：${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('，')
