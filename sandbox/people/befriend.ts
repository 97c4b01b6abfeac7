import type { Desk } from '../desk.ts'
import { nicknames } from '../presets/nicknames.ts'
import { DeskError } from '../refusal.ts'
import { addMessage, findFollow, putFollow } from '../relations.ts'
import { type Customer, newExternalUserId, unionIdOf } from '../world.ts'

/** A welcome code lives 20 s. Docs 92137. */
export const WELCOME_CODE_LIFE_MS = 20_000

export interface Person {
  /** Nickname of a new customer. */
  name?: string
  /** An existing customer, or the id a new one shall have. */
  externalUserId?: string
  unionId?: string
}
export interface Friendship {
  externalUserId: string
  userId: string
  welcomeCode?: string
}

/** Another app has welcomed already (41051), or is sending just now and will fail (41096, then free). */
export type Rival = 'wins' | 'sends' | 'none'

function rivalOfTheDay({ moods, random }: Desk): Rival {
  if (moods.rivalWins + moods.rivalSends === 0) return 'none'
  const chance = random.next()
  return chance < moods.rivalWins ? 'wins' : chance < moods.rivalWins + moods.rivalSends ? 'sends' : 'none'
}

/** The customer of that id, or a new one. */
export function meet({ world, random }: Desk, person: Person): Customer {
  const held = person.externalUserId === undefined ? undefined : world.customers.get(person.externalUserId)
  if (held) {
    if (person.unionId !== undefined) held.unionId = person.unionId
    return held
  }
  const externalUserId = person.externalUserId ?? newExternalUserId(random)
  const unionId = person.unionId ?? (world.tellsUnionIds ? unionIdOf(externalUserId) : undefined)
  const customer: Customer = {
    externalUserId,
    name: person.name?.trim() || random.pick(nicknames),
    type: 1,
    gender: random.pick([0, 1, 2, 2]),
    ...(unionId === undefined ? {} : { unionId }),
  }
  world.customers.set(customer.externalUserId, customer)
  return customer
}

/** Customer and guide become friends: notice, welcome code, event. Undefined for those who are friends already. */
export function befriend(
  desk: Desk,
  given: {
    customer: Customer
    userId: string
    addWay: number
    state?: string
    withoutWelcomeCode?: boolean
    rival?: Rival
  },
): Friendship | undefined {
  const { world, random, clock } = desk
  const { customer, userId, addWay, state } = given
  const { externalUserId } = customer
  const before = findFollow(world, userId, externalUserId)
  if (before && !before.deletedByCustomer) return undefined
  if (world.staff.get(userId)?.state === 'limited') throw new DeskError('对方账号被限制，暂时不能添加')
  const nowMs = clock.now()
  const talkedAtMs = before?.talkedAtMs
  putFollow(world, customer, {
    userId,
    addedAtMs: nowMs,
    addWay,
    ...(state ? { state } : {}),
    ...(talkedAtMs === undefined ? {} : { talkedAtMs }),
  })
  const text = `你已添加了${world.staff.get(userId)?.name ?? userId}，现在可以开始聊天了。`
  addMessage(world, { from: 'system', kind: 'notice', via: 'scan', userId, externalUserId, text, atMs: nowMs })
  const hasCode = !given.withoutWelcomeCode && talkedAtMs === undefined
  const welcomeCode = hasCode ? `CALLBACK_${random.text(22)}` : undefined
  if (welcomeCode !== undefined) {
    const expiresAtMs = nowMs + WELCOME_CODE_LIFE_MS
    const rival = given.rival ?? rivalOfTheDay(desk)
    world.welcomeCodes.set(welcomeCode, {
      code: welcomeCode,
      userId,
      externalUserId,
      expiresAtMs,
      used: rival === 'wins',
      ...(rival === 'sends' ? { busyUntilMs: nowMs + desk.moods.rivalSendsForMs } : {}),
    })
  }
  desk.callbacks.send('change_external_contact', [
    ['ChangeType', 'add_external_contact'],
    ['UserID', userId],
    ['ExternalUserID', externalUserId],
    ...(state ? [['State', state] as const] : []),
    ...(welcomeCode === undefined ? [] : [['WelcomeCode', welcomeCode] as const]),
  ])
  desk.changed()
  return { externalUserId, userId, ...(welcomeCode === undefined ? {} : { welcomeCode }) }
}
