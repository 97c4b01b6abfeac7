import { createSeededRandom } from '../sandbox/random.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

const GUIDES = 20
const GROUPS = 40
/** Rooms are never full, so that nobody is turned away. */
const ROOM = 100_000

interface Friend {
  userId: string
  externalUserId: string
}
type Deed = () => Promise<unknown>

/** What people at a corp do all day, one deed at a time: customers add, delete and come back, guides write remarks, put tags on and
 *  delete customers, people join and leave groups, owners rename and dismiss them, the administrator edits the tag library. The same
 *  for the same seed. Every deed raises at least one event. */
export async function createLife(sandbox: Sandbox, seed: number) {
  const random = createSeededRandom(seed)
  const friends: Friend[] = []
  const lost: Friend[] = []
  const inGroups: { chatId: string; externalUserId: string }[] = []
  const tagIds: string[] = []
  const chatIds: string[] = []
  let nth = 0

  const guides = Array.from({ length: GUIDES }, (_, n) => `guide${n + 1}`)
  for (const userId of guides) await sandbox.addStaff({ userId, name: `导购${userId.slice(5)}` })
  for (let n = 0; n < 12; n++) tagIds.push((await sandbox.createTag({ group: `组${n % 3}`, name: `标签${n}` })).id)
  const openGroup = async (): Promise<void> => {
    const group = await sandbox.createGroup({ name: `群${++nth}`, ownerUserId: random.pick(guides), capacity: ROOM })
    chatIds.push(group.chatId)
  }
  for (let n = 0; n < GROUPS; n++) await openGroup()

  /** Takes one out of a list, in no time and no order. */
  const take = <T>(list: T[]): T | undefined => {
    if (list.length === 0) return undefined
    const at = random.int(list.length)
    const taken = list[at]
    const last = list.pop()
    if (at < list.length && last !== undefined) list[at] = last
    return taken
  }
  const add: Deed = async () => {
    const back = random.int(8) === 0 ? take(lost) : undefined
    const input = back ?? { userId: random.pick(guides) }
    const { userId, externalUserId } = await sandbox.scan({ ...input, state: 'parcel-card', withoutWelcomeCode: true })
    friends.push({ userId, externalUserId })
  }
  const ofFriend = (deed: (friend: Friend) => Promise<unknown>) => (): Promise<unknown> =>
    friends.length === 0 ? add() : deed(random.pick(friends))
  const lose = (deed: (friend: Friend) => Promise<unknown>) => async (): Promise<unknown> => {
    const friend = friends.length < 50 ? undefined : take(friends)
    if (friend === undefined) return add()
    lost.push(friend)
    return deed(friend)
  }
  const deeds: [weight: number, Deed][] = [
    [28, add],
    [6, lose((friend) => sandbox.deleteGuide(friend))],
    [6, lose((friend) => sandbox.deleteCustomer(friend))],
    [
      20,
      ofFriend((friend) => sandbox.editTags({ ...friend, add: [random.pick(tagIds)], remove: [random.pick(tagIds)] })),
    ],
    [17, ofFriend((friend) => sandbox.editRemark({ ...friend, remark: `备注${++nth}`, description: `记${nth}` }))],
    [
      14,
      ofFriend(async ({ externalUserId }) => {
        const chatId = random.pick(chatIds)
        await sandbox.joinGroup({ externalUserId, chatId })
        inGroups.push({ chatId, externalUserId })
      }),
    ],
    [
      7,
      async () => {
        const seat = take(inGroups)
        const isIn = seat !== undefined && sandbox.world.groups.get(seat.chatId)?.members.has(seat.externalUserId)
        if (!isIn || !chatIds.includes(seat.chatId)) return add()
        return random.int(2) === 0 ? sandbox.leaveGroup(seat) : sandbox.removeFromGroup(seat)
      },
    ],
    [1, () => sandbox.renameGroup({ chatId: random.pick(chatIds), name: `群${++nth}` })],
    [
      0.2,
      async () => {
        if (chatIds.length < GROUPS) return openGroup()
        const chatId = take(chatIds)
        return chatId === undefined ? openGroup() : sandbox.dismissGroup({ chatId })
      },
    ],
    [
      0.3,
      async () => {
        const what = random.int(3)
        if (what === 0) return sandbox.renameTag({ id: random.pick(tagIds), name: `标签${++nth}` })
        if (what === 1 || tagIds.length < 8) {
          tagIds.push((await sandbox.createTag({ group: `组${random.int(4)}`, name: `标签${++nth}` })).id)
          return undefined
        }
        return sandbox.deleteTag({ id: take(tagIds) ?? '' })
      },
    ],
  ]
  const whole = deeds.reduce((sum, [weight]) => sum + weight, 0)

  return {
    step: async (): Promise<void> => {
      let at = random.next() * whole
      for (const [weight, deed] of deeds) {
        at -= weight
        if (at < 0) {
          await deed()
          return
        }
      }
    },
  }
}
