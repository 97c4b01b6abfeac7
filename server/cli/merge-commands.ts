import type { ReadTx } from '../core/db/tx.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { createEmit } from '../engine/inbox/emit.ts'
import { customerLinks, type LinkNames, type StoredLink } from '../records/customers/customer-links.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { endLink } from '../records/customers/end-link.ts'
import { createPhoneHash } from '../records/customers/phone-hash.ts'
import { mergeNames, type NoMerge, waitingOrders } from '../records/orders/merge-names.ts'
import { PHONE_SETTINGS, phoneSecrets, readSomeSettings } from '../settings.ts'
import { customerSlot, findCustomer } from './find/find-customer.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type ChangeAnswer, type Desk, defineCommand, mostListed } from './frame/command.ts'
import { flag, optional, text, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'

const NO: Record<NoMerge, string> = {
  'no-name': '这个买家没有留下手机号、unionId 或会员号，以后的订单认不出来。只认这一单，请导购在侧边栏里按订单号绑定。',
  'other-union': '不能合并：这位客户已经有另一个 unionId，两个 unionId 就是两个人。',
  others: '不能合并：企业微信里这个手机号或 unionId 已经是另一位客户的，订单会归给那一位。',
  theirs: '不用合并：这个买家已经是这位客户。',
  lent: '不能合并：这个买家已经人工认给了另一位客户。先用 npm run -s customers -- merged 查编号，再 unmerge 撤销。',
}

/** The running server hears of it within a second by itself. */
const told = ({ clock }: Desk) => ({ clock, emit: createEmit({ clock, nudge: () => undefined }) })

interface Asked {
  order: string | undefined
  shop: string | undefined
  phone: string | undefined
  union: string | undefined
}

/** Whom the operator means. Throws `no` and `wrong-use`. */
async function namesAsked(tx: ReadTx, { order, shop, phone, union }: Asked, desk: Desk): Promise<LinkNames> {
  const given = [order, phone, union].filter((one) => one !== undefined)
  if (given.length !== 1) throw cliFault('wrong-use', '--order、--phone、--union 写一个，只写一个。')
  if (order !== undefined) {
    const found = (await waitingOrders.namesOf(tx, order.trim())).filter(({ source }) => (shop ?? source) === source)
    const [only, another] = found
    if (only === undefined) throw cliFault('no', `没有还没找到客户的订单「${order}」。`)
    if (another !== undefined)
      throw cliFault(
        'no',
        `有 ${found.length} 家店有这个订单号，用 --shop 写是哪一家：${found.map((one) => one.source).join('、')}。`,
      )
    return only
  }
  if (union !== undefined) return { unionId: union.trim(), phoneHash: undefined, member: undefined }
  const secrets = phoneSecrets(readSomeSettings(desk.env, PHONE_SETTINGS))
  const phoneHash = createPhoneHash(secrets[0])(phone ?? '')
  if (phoneHash === undefined) throw cliFault('wrong-use', '--phone 写的不像手机号。')
  return { unionId: undefined, phoneHash, member: undefined }
}

/** By what somebody is known; the phone itself lies nowhere. */
const namesZh = ({ unionId, phoneHash, member }: LinkNames): string =>
  [
    ...(unionId === undefined ? [] : [`unionId ${unionId}`]),
    ...(phoneHash === undefined ? [] : ['手机号']),
    ...(member === undefined ? [] : [`「${member.source}」的会员 ${member.shopUserId}`]),
  ].join('、')

const kindsOf = ({ unionId, phoneHash, member }: LinkNames): string[] => [
  ...(unionId === undefined ? [] : ['unionId']),
  ...(phoneHash === undefined ? [] : ['phone']),
  ...(member === undefined ? [] : ['member']),
]

const namesOf = (link: StoredLink): LinkNames => ({
  unionId: link.given_unionid ?? undefined,
  phoneHash: link.phone_hash ?? undefined,
  member:
    link.source === null || link.shop_user_id === null
      ? undefined
      : { source: link.source, shopUserId: link.shop_user_id },
})

export const mergeCommand = defineCommand({
  name: 'merge',
  audited: 'change',
  scope: 'operate',
  says: '认定商城里的一个买家就是这位客户：以前和以后的订单、问卷、浏览都算给客户；认错了用 unmerge 撤销',
  more: [
    '买家用一笔还没找到客户的订单来指（npm run -s orders -- unmatched 列出来的），也可以写手机号或 unionId。',
    '企业微信或店铺后来认出是别人，就归那个人；两个 unionId 永远不合并。生日和资料不跟着合并，等企业微信认出来。',
  ].join('\n'),
  words: { customer: customerSlot },
  options: {
    why: text('原因', '凭什么认定是同一个人'),
    order: optional(text('订单号', '这个买家的一笔还没找到客户的订单')),
    shop: optional(text('店铺', '两家店有同一个订单号时，写是哪一家')),
    phone: optional(text('手机号', '买家的手机号：只算成摘要，不存不记')),
    union: optional(text('unionId', '买家的 unionId')),
  },
  run: async ({ customer, why, ...asked }, desk): Promise<ChangeAnswer> => {
    if (why.trim() === '') throw cliFault('wrong-use', '--why 要写原因。')
    const db = await desk.db()
    const { externalUserId, name } = await db.view((view) => findCustomer(view, customer))
    return db.tx(async (tx) => {
      const names = await namesAsked(tx, asked, desk)
      const waiting = await waitingOrders.under(tx, names)
      const done = await mergeNames(tx, { externalUserId, names, by: desk.operator.name, why: why.trim() }, told(desk))
      if ('no' in done) throw cliFault('no', NO[done.no])
      const { linkId } = done
      const kinds = kindsOf(names)
      return {
        text: `已合并：${namesZh(names)} 就是「${name}」，${waiting.orders} 笔订单（${(waiting.fen / 100).toFixed(2)} 元）归过来。认错了：npm run -s customers -- unmerge ${linkId}`,
        data: { linkId, externalUserId, by: kinds, ...waiting },
        changed: [{ of: `merge ${linkId}`, customer: externalUserId, after: { by: kinds, orders: waiting.orders } }],
      }
    })
  },
})

export const unmergeCommand = defineCommand({
  name: 'unmerge',
  audited: 'change',
  scope: 'operate',
  says: '撤销一次合并：订单、业绩、等级、标签、问卷、浏览都回到没有合并过的样子',
  more: '已经发出去的消息收不回来。等级回到合并前，再按客户自己的订单评一次。',
  words: { merge: whole('编号', 'merged 里的编号', { min: 1, max: Number.MAX_SAFE_INTEGER }) },
  run: async ({ merge }, desk): Promise<ChangeAnswer> =>
    (await desk.db()).tx(async (tx) => {
      const link = await endLink(tx, merge, desk.operator.name, told(desk))
      if (link === undefined) throw cliFault('no', `没有编号是 ${merge} 的合并，或者已经撤销了。`)
      const customer = link.external_userid
      const name = (await customerQueries.nameOf(tx, customer)) ?? customer
      return {
        text: `已撤销：${namesZh(namesOf(link))} 不再是「${name}」。`,
        data: { linkId: merge, externalUserId: customer },
        changed: [{ of: `merge ${merge}`, customer, before: { by: kindsOf(namesOf(link)) } }],
      }
    }),
})

const HEADER = ['编号', '客户', '客户编号', '买家', '什么时候', '谁认的', '原因', '撤销']

export const mergedCommand = defineCommand({
  name: 'merged',
  audited: 'look',
  scope: 'customers',
  says: '人工认给客户的买家，新的在前；--all 连撤销了的一起',
  lists: true,
  options: { all: flag('连撤销了的一起') },
  run: async ({ all: isOver }, desk, form) =>
    (await desk.db()).view(async (tx) => {
      const limit = mostListed(form)
      const links = await customerLinks.list(tx, { limit, isOver })
      const names = await customerQueries.namesOf(tx, [...new Set(links.map((link) => link.external_userid))])
      const rows = links.map((link) => [
        String(link.id),
        names.get(link.external_userid) ?? '',
        link.external_userid,
        namesZh(namesOf(link)),
        shanghaiText(link.linked_at),
        link.by_whom,
        link.why,
        link.ended_at === null ? '' : `${shanghaiText(link.ended_at)} ${link.ended_by ?? ''}`,
      ])
      return {
        text: rows.length === 0 ? '没有人工合并。' : table([HEADER, ...rows]),
        data: {
          merges: links.map(({ phone_hash: _hash, ...link }) => ({
            ...link,
            by: kindsOf(namesOf({ ...link, phone_hash: _hash })),
          })),
        },
        about: links.map((link) => link.external_userid),
        sheet: { header: HEADER, rows },
      }
    }),
})
