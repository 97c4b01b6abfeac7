import { groupBy } from '../../core/kernel/group-by.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'

/** A live code as it is at WeCom. */
export interface ReceivingCode {
  channel: string
  /** userids */
  users: readonly string[]
  /** Since when it has these receivers, UTC milliseconds. */
  sinceMs: number
}

/** A customer who added a guide by a channel. */
export interface Add {
  channel: string
  userId: string
  /** UTC milliseconds. */
  atMs: number
}

export interface SilentReceiver {
  userId: string
  /** The codes that the guide stands in. */
  channels: string[]
  /** How many came by these codes, or to the others, since the guide's last one. */
  missed: number
  /** UTC milliseconds; undefined: none among the adds. */
  lastAddAtMs: number | undefined
}

/** By chance it happens to one guide in a thousand. */
const UNLIKELY = Math.log(0.001)
const QUIET_FOR_MS = 30 * MINUTE_MS
/** A guide alone behind a code is compared with the others' codes, whose hours and days may be different. */
const ALONE_QUIET_FOR_MS = 2 * DAY_MS
const FEWEST_FOR_SHARE = 20

/** Guides in live codes whom no customer reaches any more though others are reached. WeCom sends no event when it limits an
 *  account, and a scan that lands there is seen by nobody: what is left is that, of all who came by a code with k
 *  receivers, each had one chance in k to come to this guide. `adds`: newest first. */
export function silentReceivers(
  codes: readonly ReceivingCode[],
  adds: readonly Add[],
  nowMs: number,
): SilentReceiver[] {
  const codesOf = new Map<string, ReceivingCode[]>()
  for (const code of codes) for (const user of code.users) codesOf.set(user, [...(codesOf.get(user) ?? []), code])
  const lastOf = new Map<string, number>()
  const addsBy = groupBy(adds, (add) => add.channel)
  for (const { userId, atMs } of adds) lastOf.set(userId, Math.max(atMs, lastOf.get(userId) ?? 0))

  return [...codesOf].flatMap(([userId, own]): SilentReceiver[] => {
    const lastAddAtMs = lastOf.get(userId)
    const shared = own.filter((code) => code.users.length > 1)
    const found = shared.length > 0 ? missedByShared(shared) : missedAlone()
    return found > 0 ? [{ userId, channels: own.map(({ channel }) => channel).sort(), missed: found, lastAddAtMs }] : []

    function missedByShared(of: readonly ReceivingCode[]): number {
      let [missed, chance, firstAtMs] = [0, 0, nowMs]
      for (const { channel, users, sinceMs } of of) {
        const from = Math.max(sinceMs, lastAddAtMs ?? 0)
        const others = (addsBy.get(channel) ?? []).filter((add) => add.atMs > from)
        missed += others.length
        chance += others.length * Math.log(1 - 1 / users.length)
        for (const { atMs } of others) firstAtMs = Math.min(firstAtMs, atMs)
      }
      return chance < UNLIKELY && nowMs - firstAtMs >= QUIET_FOR_MS ? missed : 0
    }

    /** One's own share of all adds, before, says how many of the later ones should have been one's own. */
    function missedAlone(): number {
      const sinceMs = Math.max(...own.map((code) => code.sinceMs))
      if (lastAddAtMs === undefined || nowMs - Math.max(lastAddAtMs, sinceMs) < ALONE_QUIET_FOR_MS) return 0
      const before = adds.filter((add) => add.atMs <= lastAddAtMs)
      const ours = before.filter((add) => add.userId === userId).length
      const missed = adds.filter((add) => add.atMs > Math.max(lastAddAtMs, sinceMs)).length
      if (ours < FEWEST_FOR_SHARE || ours === before.length) return 0
      return missed * Math.log(1 - ours / before.length) < UNLIKELY ? missed : 0
    }
  })
}
