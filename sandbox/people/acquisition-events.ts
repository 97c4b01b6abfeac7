import { type AcquisitionLink, balanceOf, type LinkCustomer } from '../acquisition.ts'
import { usersOfWay } from '../api/contact-ways.ts'
import type { Desk } from '../desk.ts'
import type { EventFields } from '../event-xml.ts'
import { findStaff } from '../relations.ts'

const CHAT_KEY_LIFE_MS = 30 * 60_000
const LOW_BALANCE = 20

/** Docs 97299. */
export const tell = (desk: Desk, changeType: string, fields: EventFields = []): void =>
  desk.callbacks.send('customer_acquisition', [['ChangeType', changeType], ...fields])

/** Guides whom the link can still add. */
export const guidesOf = (desk: Desk, link: AcquisitionLink): string[] =>
  usersOfWay(desk, { users: link.users, parties: link.departments }).filter(
    (id) => findStaff(desk.world, id)?.canContact === true,
  )

/** Says, once per link, that none of its guides can be added any more. */
export function tellDeadLinks(desk: Desk): void {
  for (const link of desk.world.acquisition.links.values()) {
    if (link.isUnavailable || guidesOf(desk, link).length > 0) continue
    link.isUnavailable = true
    tell(desk, 'link_unavailable', [['LinkId', link.linkId]])
  }
}

/** Says that the balance has gone under 20, to nothing, or up from nothing. */
export function tellBalance(desk: Desk, before: number): void {
  const now = balanceOf(desk.world.acquisition, desk.clock.now())
  if (before > 0 && now === 0) tell(desk, 'balance_exhausted')
  else if (before >= LOW_BALANCE && now < LOW_BALANCE) tell(desk, 'balance_low')
  else if (before === 0 && now > 0) tell(desk, 'balance_increased')
}

function linkOf({ world }: Desk, pair: Pair): { link: AcquisitionLink; customer: LinkCustomer } | undefined {
  for (const link of world.acquisition.links.values()) {
    const customer = link.customers.findLast(
      (one) => one.userId === pair.userId && one.externalUserId === pair.externalUserId,
    )
    if (customer) return { link, customer }
  }
  return undefined
}
interface Pair {
  userId: string
  externalUserId: string
}

/** A customer who came by a link wrote: told, with a key to read how often. Docs 97299, 100130. */
export function customerSays(desk: Desk, { userId, externalUserId }: Pair): void {
  const found = linkOf(desk, { userId, externalUserId })
  if (!found) return
  const { link, customer } = found
  customer.said += 1
  const pair: EventFields = [
    ['UserID', userId],
    ['ExternalUserID', externalUserId],
  ]
  if (customer.said === 1) tell(desk, 'customer_start_chat', pair)
  const chatKey = `CHATKEY_${desk.random.text(22)}`
  desk.world.acquisition.chatKeys.set(chatKey, {
    linkId: link.linkId,
    customer,
    expiresAtMs: desk.clock.now() + CHAT_KEY_LIFE_MS,
  })
  tell(desk, 'message_from_customer', [
    ...pair,
    ['LinkId', link.linkId],
    ['ChatSeq', customer.said],
    ['ChatKey', chatKey],
  ])
}
