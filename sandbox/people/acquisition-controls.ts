import { type AcquisitionLink, balanceOf, countClick, cutState, liveLots } from '../acquisition.ts'
import { type Desk, toSec } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { guidesOf, tell, tellBalance } from './acquisition-events.ts'
import { befriend, type Friendship, meet, type Person } from './befriend.ts'

/** Added by an acquisition link. */
const ADD_WAY = 16

export interface LinkInput extends Person {
  linkId: string
  /** `customer_channel` of the address; beyond 64 bytes it is cut. */
  customerChannel?: string
  /** Default one of the link's guides at random. */
  userId?: string
}

/** People who follow an acquisition link, and the administrator who pays for it. */
export function acquisitionControls(desk: Desk) {
  const { world, clock } = desk

  const needLink = (linkId: string): AcquisitionLink => {
    const link = world.acquisition.links.get(linkId)
    if (!link) throw new DeskError('这个获客链接已失效')
    return link
  }
  const guideFor = (link: AcquisitionLink, userId: string | undefined): string => {
    if (userId !== undefined && findStaff(world, userId)) return userId
    const guides = guidesOf(desk, link)
    if (guides.length === 0) throw new DeskError('这个获客链接没有可添加的导购')
    return desk.random.pick(guides)
  }

  return {
    /** Opens the link and looks at the guide's card, without adding. */
    openLink: async (input: { linkId: string; customerChannel?: string }): Promise<void> => {
      const link = needLink(input.linkId)
      countClick(link, clock.now())
      tell(desk, 'open_profile', [
        ['LinkId', link.linkId],
        ['State', cutState(input.customerChannel ?? '')],
      ])
    },
    /** Opens the link and adds the guide; costs one of the quota. Friends already: no event, no cost. */
    addByLink: async (input: LinkInput): Promise<Friendship> => {
      const link = needLink(input.linkId)
      countClick(link, clock.now())
      const balance = balanceOf(world.acquisition, clock.now())
      if (balance === 0) throw new DeskError('获客额度已用完，链接暂时不能添加')
      const userId = guideFor(link, input.userId)
      const state = cutState(input.customerChannel ?? '')
      if (state !== '') {
        tell(desk, 'friend_request', [
          ['LinkId', link.linkId],
          ['State', state],
        ])
      }
      const customer = meet(desk, input)
      const { externalUserId } = customer
      const friendship = befriend(desk, { customer, userId, addWay: ADD_WAY, state })
      if (!friendship) return { externalUserId, userId }
      link.customers.push({ userId, externalUserId, state, addedAtMs: clock.now(), said: 0 })
      const [lot] = liveLots(world.acquisition, clock.now())
      if (lot) lot.balance -= 1
      world.acquisition.spent += 1
      tellBalance(desk, balance)
      return friendship
    },
    /** The corp buys quota. */
    buyLinkQuota: async (input: { amount: number; expiresInDays?: number }): Promise<void> => {
      const balance = balanceOf(world.acquisition, clock.now())
      const expiresAtMs = clock.now() + (input.expiresInDays ?? 365) * 86_400_000
      world.acquisition.lots.push({ balance: input.amount, expiresAtMs })
      tellBalance(desk, balance)
    },
    /** The daily look at what ends within 14 days, as the platform has it 14, 7, 3, 2 and 1 days before. */
    warnOfLinkQuota: async (): Promise<number> => {
      const soonMs = clock.now() + 14 * 86_400_000
      const ending = liveLots(world.acquisition, clock.now()).filter((lot) => lot.expiresAtMs <= soonMs)
      for (const lot of ending) {
        tell(desk, 'quota_expire_soon', [
          ['ExpireTime', toSec(lot.expiresAtMs)],
          ['ExpireQuotaNum', lot.balance],
        ])
      }
      return ending.length
    },
  }
}
