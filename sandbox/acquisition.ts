import { startOfShanghaiDay } from '../server/core/kernel/shanghai.ts'

/** 获客链接. Docs 97297. */
export interface AcquisitionLink {
  linkId: string
  name: string
  users: string[]
  departments: number[]
  skipVerify: boolean
  markSource: boolean
  priority?: { priority_type: number; priority_userid_list?: string[] }
  createdAtMs: number
  /** People who opened it, by beginning of the Shanghai day. */
  clicks: Map<number, number>
  customers: LinkCustomer[]
  /** Told once that nobody of it can be added any more. */
  isUnavailable: boolean
}
export interface LinkCustomer {
  userId: string
  externalUserId: string
  /** customer_channel of the address, at most 64 bytes. */
  state: string
  addedAtMs: number
  /** Messages the customer has sent. */
  said: number
}
/** Paid for; spent one customer at a time, those that end first. */
export interface QuotaLot {
  balance: number
  expiresAtMs: number
}
interface ChatKey {
  linkId: string
  customer: LinkCustomer
  expiresAtMs: number
}
export interface Acquisition {
  links: Map<string, AcquisitionLink>
  /** 41095 beyond; the number is nowhere documented. */
  maxLinks: number
  lots: QuotaLot[]
  spent: number
  chatKeys: Map<string, ChatKey>
}

export const createAcquisition = (): Acquisition => ({
  links: new Map(),
  maxLinks: 10_000,
  lots: [{ balance: 1_000, expiresAtMs: Date.UTC(2030, 0, 1) }],
  spent: 0,
  chatKeys: new Map(),
})

export const liveLots = ({ lots }: Acquisition, nowMs: number): QuotaLot[] =>
  lots.filter((lot) => lot.balance > 0 && lot.expiresAtMs > nowMs).sort((a, b) => a.expiresAtMs - b.expiresAtMs)

export const balanceOf = (acquisition: Acquisition, nowMs: number): number =>
  liveLots(acquisition, nowMs).reduce((sum, lot) => sum + lot.balance, 0)

export function countClick(link: AcquisitionLink, nowMs: number): void {
  const dayMs = startOfShanghaiDay(nowMs)
  link.clicks.set(dayMs, (link.clicks.get(dayMs) ?? 0) + 1)
}

const STATE_BYTES = 64

/** customer_channel, cut to 64 bytes, never through a character. */
export function cutState(text: string): string {
  let out = ''
  for (const character of text) {
    if (Buffer.byteLength(out + character) > STATE_BYTES) break
    out += character
  }
  return out
}
