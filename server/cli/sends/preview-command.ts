import { facts } from '../../capabilities/facts.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { likelySenders } from '../../operations/mass-send/likely-senders.ts'
import { fillForGuide } from '../../operations/mass-send/personal-words.ts'
import { splitKey, variantPicker } from '../../operations/mass-send/pick-variant.ts'
import { contentOf } from '../../operations/mass-send/variant-content.ts'
import { fillLinksForMany } from '../../operations/welcome/fill-names.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import { touches } from '../../records/touches/touches.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { didYouMean } from '../../rules/condition/did-you-mean.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { findCustomer } from '../find/find-customer.ts'
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
  says: '一位客户、或者一个群最后会看到的正文和附件、哪一版、由谁发；什么都不发',
  words: {
    name: text('名称', 'config/sends/ 里写的群发名称'),
    whom: text('客户或群', '发给客户的写昵称、备注或客户编号；发到群的写群名或 chat_id'),
  },
  run: async ({ name, whom }, desk) => {
    const { sends, policy } = await readBook(desk)
    const send = findNamed(sends, name, { kind: '群发', where: 'config/sends/' })
    return (await desk.db()).view(async (tx) => {
      const { about, userId, others } =
        send.value.to === 'groups' ? await groupOf(tx, whom) : await customerOf(tx, send, whom)
      const names = await guideNames(tx)
      const variant =
        'externalUserId' in about ? await variantFor(tx, send, about.externalUserId, desk.clock.now()) : undefined
      const content = contentOf({ content: send.value.content, variants: send.variants }, variant ?? null)
      // Where it leads; what stands there instead is signed, and the key is the server's.
      const written = fillLinksForMany(content.text ?? '', (link) => policy.links?.[link]?.url)
      const filled = fillForGuide(written, names.get(userId))
      const attachments = (content.attachments ?? []).map(attachmentText)
      const lines = [
        `「${send.name}」${variant === undefined ? '' : `的「${variant}」版`}${byWhom(guideText(names, userId), others)}：`,
        '',
        filled,
        ...attachments.map((one) => `［${one}］`),
      ]
      return {
        text: lines.join('\n'),
        data: {
          send: send.name,
          ...about,
          userId,
          ...(others === undefined ? {} : { others }),
          variant,
          text: filled,
          attachments,
        },
        about: 'externalUserId' in about ? [about.externalUserId] : [],
      }
    })
  },
})

/** The version that this customer would get now; undefined: all get the same. */
async function variantFor(
  tx: ReadTx,
  { name, variants }: Send,
  id: string,
  nowMs: number,
): Promise<string | undefined> {
  const meets = async (condition: Condition): Promise<ReadonlySet<string>> => {
    // Facts are only read.
    const known = await facts.of(tx as Tx, [id], nowMs, factPaths(condition))
    return new Set(holds(condition, known.get(id) ?? new Map()) ? [id] : [])
  }
  const pick = await variantPicker(variants, { drawnBy: await splitKey(tx, { name, variants }), meets })
  return pick(id)
}

/** `others`: how many other guides WeCom may choose; undefined: it does not. */
const byWhom = (guide: string, others: number | undefined): string =>
  others === undefined
    ? `由 ${guide} 发`
    : others === 0
      ? `由 ${guide} 发（只有这一位导购）`
      : `预计由 ${guide} 发（企业微信挑最近聊过的，也可能是另外 ${others} 位导购之一）`

interface ByGuide<About> {
  about: About
  userId: string
  others?: number
}

async function customerOf(tx: ReadTx, { value }: Send, written: string): Promise<ByGuide<{ externalUserId: string }>> {
  const { externalUserId } = await findCustomer(tx, written)
  const ids = [externalUserId]
  const guides = (await customerQueries.presentGuidesOf(tx, ids)).get(externalUserId) ?? []
  const isChosen = value.senders !== undefined
  const likely = isChosen ? await likelySenders(tx, { customers: customerQueries, touches }, ids) : undefined
  const userId = isChosen ? likely?.get(externalUserId)?.userId : guides.at(-1)?.userId
  if (userId === undefined) throw cliFault('no', '这位客户没有在跟进的导购，收不到群发。')
  return { about: { externalUserId }, userId, ...(isChosen ? { others: guides.length - 1 } : {}) }
}

async function groupOf(tx: ReadTx, written: string): Promise<ByGuide<{ chatId: string }>> {
  const wanted = written.trim()
  const groups = await groupQueries.all(tx)
  const found = groups.filter(({ chatId, name }) => chatId === wanted || name === wanted)
  const [group] = found
  if (group === undefined) {
    const meant = didYouMean(
      wanted,
      groups.map(({ name }) => name),
    )
    throw cliFault(
      'no',
      `没有叫「${written}」的群，${meant === undefined ? '写群名或 chat_id。' : `是不是「${meant}」？`}`,
    )
  }
  if (found.length > 1) throw cliFault('no', `叫「${written}」的群有 ${found.length} 个，请写 chat_id。`)
  if (group.owner === undefined) throw cliFault('no', `不知道「${group.name}」的群主是谁，没有人能确认。`)
  return { about: { chatId: group.chatId }, userId: group.owner }
}

type Attachment = NonNullable<ContentRule['attachments']>[number]

/** `image: send/wednesday.png`, as the rule has it. */
export const attachmentText = (attachment: Attachment): string =>
  Object.entries(attachment)
    .map(([kind, value]) => `${kind}：${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('，')
