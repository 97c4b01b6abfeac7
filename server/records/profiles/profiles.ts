import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS, shanghaiParts } from '../../core/kernel/shanghai.ts'
import { checkedBody, invalidBody } from '../../engine/http/checked-body.ts'
import { signedRoute } from '../../engine/http/signed-route.ts'
import { GivenCustomer, givenNames, type KnownNames, matchGiven } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Birthday, birthdayText, readBirthday } from './birthday.ts'
import { type BirthdayTold, profileStore } from './profile-store.ts'
import { type WaitingProfile, waitingProfiles } from './waiting-profiles.ts'

export interface ProfilesDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  customers: KnownNames
  phoneHash: PhoneHash
  /** ORDERS_SECRET. */
  secret: string
}

/** Body of POST /api/profiles. Birthday: `1990-05-20` or `05-20`. */
const ProfileBody = Type.Object({
  customer: GivenCustomer,
  birthday: Type.Optional(Type.String({ maxLength: 10 })),
})
const ABOUT = { what: 'profiles', zh: '资料' }

/** What the shop or a guide knows about a customer beyond WeCom: the birthday. */
export function createProfiles({ db, clock, timeline, customers, phoneHash, secret }: ProfilesDeps) {
  const read = (text: string): Birthday | undefined => readBirthday(text, shanghaiParts(clock.now()).year)

  async function setBirthday(tx: Tx, externalUserId: string, told: BirthdayTold, who: string): Promise<boolean> {
    if (!(await profileStore.setBirthday(tx, externalUserId, told))) return false
    const { month, day } = told.birthday
    await timeline.note(tx, {
      key: `profile:birthday:${externalUserId}:${told.atMs}:${birthdayText(told.birthday)}`,
      externalUserId,
      userId: told.userId,
      kind: 'profile.birthday',
      text: `${who}记下生日 ${month} 月 ${day} 日`,
    })
    return true
  }

  async function take(tx: Tx, value: unknown): Promise<{ result: 'stored' | 'unchanged'; matched: boolean }> {
    const { customer, birthday: text } = checkedBody(ProfileBody, value, ABOUT)
    const birthday = text === undefined ? undefined : read(text)
    if (text !== undefined && birthday === undefined) {
      throw invalidBody(['/birthday must be a day like 1990-05-20 or 05-20'], ABOUT)
    }
    const names = givenNames(customer, phoneHash)
    if (Object.values(names).every((name) => name === null)) {
      throw invalidBody(['/customer needs one of externalUserId, unionId, phone'], ABOUT)
    }
    const match = await matchGiven(tx, customers, names)
    if (birthday === undefined) return { result: 'unchanged', matched: match !== undefined }
    const atMs = clock.now()
    if (match === undefined) {
      await waitingProfiles.keep(tx, names, birthdayText(birthday), atMs)
      return { result: 'stored', matched: false }
    }
    const isNew = await setBirthday(tx, match.externalUserId, { birthday, by: 'shop', atMs }, '商城')
    return { result: isNew ? 'stored' : 'unchanged', matched: true }
  }

  async function give(tx: Tx, waiting: WaitingProfile, externalUserId: string): Promise<void> {
    const birthday = read(waiting.birthday)
    if (birthday !== undefined)
      await setBirthday(tx, externalUserId, { birthday, by: 'shop', atMs: waiting.told_at }, '商城')
    await waitingProfiles.drop(tx, waiting.id)
  }

  /** What was told at the very moment its customer became known may have missed that event. */
  async function matchLate(): Promise<void> {
    for (const waiting of await db.tx((tx) => waitingProfiles.since(tx, clock.now() - DAY_MS))) {
      await db.tx(async (tx) => {
        const match = await matchGiven(tx, customers, waiting)
        if (match !== undefined) await give(tx, waiting, match.externalUserId)
      })
    }
  }

  return {
    queries: { birthdayOf: profileStore.birthdayOf },
    /** As a guide writes it; undefined for what is no birthday. */
    readBirthday: read,
    /** By a guide; undefined forgets it. */
    setByGuide: async (
      tx: Tx,
      told: { externalUserId: string; userId: string; guideName: string; birthday: Birthday | undefined },
    ): Promise<void> => {
      const { externalUserId, userId, guideName, birthday } = told
      const atMs = clock.now()
      if (birthday !== undefined) {
        await setBirthday(tx, externalUserId, { birthday, by: 'guide', userId, atMs }, guideName)
      } else if (await profileStore.forgetBirthday(tx, externalUserId)) {
        const key = `profile:birthday:${externalUserId}:${atMs}:none`
        await timeline.note(tx, {
          key,
          externalUserId,
          userId,
          kind: 'profile.birthday',
          text: `${guideName}清除了生日`,
        })
      }
    },
    /** POST /api/profiles: `200 { result, matched }`; what is told of unknown people waits for them. */
    routes: signedRoute({
      path: '/api/profiles',
      what: 'profiles',
      clock,
      secret,
      take: (value) => db.tx((tx) => take(tx, value)),
    }),
    /** What was told of somebody before they were known. Safe to repeat. */
    matchWaiting: async (tx: Tx, externalUserId: string): Promise<void> => {
      for (const waiting of await waitingProfiles.of(tx, customers, externalUserId)) {
        // A phone that two people have is nobody's.
        const match = await matchGiven(tx, customers, waiting)
        if (match?.externalUserId === externalUserId) await give(tx, waiting, externalUserId)
      }
    },
    jobs: [
      {
        name: 'profiles.match-late',
        everyMs: 10 * MINUTE_MS,
        dueAt: leftOut('nobody becomes known in a rehearsal'),
        run: matchLate,
      },
    ],
  }
}
export type Profiles = ReturnType<typeof createProfiles>
