import { DAY_MS, HOUR_MS } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { createGroupRoom } from '../people/group-moves.ts'
import { putFollow, putMember } from '../relations.ts'
import { putTag, putTagGroup } from '../tag-library.ts'
import { type ContactWay, type Customer, newExternalUserId } from '../world.ts'
import { guide } from './empty.ts'
import { nicknames } from './nicknames.ts'

export interface Size {
  customers: number
  staff: number
  groups: number
  /** External members of each group. */
  groupMembers: number
  tagGroups: number
  tagsPerGroup: number
}

/** How large a corp is: S as 小牛凯西 after its first month, M a brand with a thousand guides, L as UR. Every 32nd customer has a
 *  second guide, every 50th has deleted the guide. */
export const SIZES = {
  S: { customers: 60_000, staff: 20, groups: 200, groupMembers: 150, tagGroups: 8, tagsPerGroup: 8 },
  M: { customers: 500_000, staff: 1_000, groups: 2_000, groupMembers: 100, tagGroups: 20, tagsPerGroup: 15 },
  L: { customers: 2_000_000, staff: 5_000, groups: 10_000, groupMembers: 80, tagGroups: 40, tagsPerGroup: 25 },
} as const satisfies Record<string, Size>

const STAFF_PER_STORE = 8
const SPAN_DAYS = 700
/** Different tag lists that pairs share; each is one set in memory. */
const TAG_LISTS = 2_000
const SUFFIXES = ['', '~', '呀', '🌿', '.', '同学', '本人', '666', 'ya', '_']
const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗']
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉']

const two = (n: number, width: number): string => String(n).padStart(width, '0')

function seedStores({ world, random }: Desk, count: number): string[] {
  const stores = Math.ceil(count / STAFF_PER_STORE)
  for (let n = 0; n < stores; n++) {
    world.departments.set(n + 2, { id: n + 2, name: `${two(n + 1, 3)} 号店`, parentId: 1 })
  }
  return Array.from({ length: count }, (_, n) => {
    const name = `${random.pick(SURNAMES)}${random.pick(GIVEN)}${random.int(2) === 0 ? '' : random.pick(GIVEN)}`
    const store = 2 + Math.floor(n / STAFF_PER_STORE)
    const staff = guide(`guide${two(n + 1, 5)}`, name, [store], n % 3 === 0 ? 1 : 2)
    world.staff.set(staff.userId, staff)
    return staff.userId
  })
}

function seedTagLists(desk: Desk, size: Size): ReadonlySet<string>[] {
  const byGroup = Array.from({ length: size.tagGroups }, (_, g) => {
    const group = putTagGroup(desk, `标签组${two(g + 1, 2)}`, { byApp: true, order: size.tagGroups - g })
    return Array.from({ length: size.tagsPerGroup }, (_, n) =>
      putTag(desk, group, `标签${two(g + 1, 2)}-${two(n + 1, 2)}`, { byApp: true, order: size.tagsPerGroup - n }),
    )
  })
  const { random } = desk
  return Array.from({ length: TAG_LISTS }, () => {
    const groups = random.shuffle([...byGroup]).slice(0, random.int(6))
    return new Set(groups.map((tags) => random.pick(tags).id))
  })
}

function seedWay(desk: Desk, userId: string, index: number): void {
  const { world, random, clock } = desk
  const configId = random.hex(32)
  const way: ContactWay = {
    configId,
    type: 1,
    scene: 2,
    remark: `${world.staff.get(userId)?.name ?? userId}的名片`,
    skipVerify: true,
    state: `card-${two(index + 1, 5)}`,
    users: [userId],
    parties: [],
    isExclusive: false,
    markSource: true,
    createdAtMs: clock.now() - SPAN_DAYS * DAY_MS,
  }
  world.contactWays.set(configId, way)
}

function seedCustomers(desk: Desk, size: Size, guides: string[]): void {
  const { world, random, clock } = desk
  const names = nicknames.flatMap((name) => SUFFIXES.map((suffix) => `${name}${suffix}`))
  const remarks = names.slice(0, 200).map((name) => `${name}-老客`)
  const states = guides.map((_, n) => `card-${two(n + 1, 5)}`)
  const tagLists = seedTagLists(desk, size)
  const startMs = clock.now() - SPAN_DAYS * DAY_MS
  const stepMs = (SPAN_DAYS * DAY_MS) / (size.customers + 1)
  for (let n = 0; n < size.customers; n++) {
    const at = n % guides.length
    const customer: Customer = {
      externalUserId: newExternalUserId(random),
      name: random.pick(names),
      type: 1,
      gender: random.pick([1, 2, 2, 0]),
    }
    const addedAtMs = startMs + stepMs * n
    const befriend = (index: number, laterMs: number): void => {
      const chance = random.int(100)
      putFollow(world, customer, {
        userId: guides[index % guides.length] ?? '',
        addedAtMs: Math.floor(addedAtMs + laterMs),
        state: states[index % guides.length] ?? '',
        tagIds: random.pick(tagLists),
        remark: chance < 30 ? random.pick(remarks) : '',
        deletedByCustomer: n % 50 === 49,
      })
    }
    befriend(at, 0)
    if (n % 32 === 31) befriend(at + 1, Math.min(HOUR_MS, stepMs / 2))
  }
}

/** Members are the owner's own customers; every tenth is somebody's friend's friend: no customer of the corp. */
function seedGroups(desk: Desk, size: Size, guides: string[]): void {
  const { world, random, clock } = desk
  for (let n = 0; n < size.groups; n++) {
    const ownerUserId = guides[n % guides.length] ?? ''
    const createdAtMs = clock.now() - (SPAN_DAYS - (n % SPAN_DAYS)) * DAY_MS
    const group = createGroupRoom(desk, { name: `顾客群 ${two(n + 1, 5)}`, ownerUserId, createdAtMs })
    const own = [...(world.followsByUser.get(ownerUserId)?.keys() ?? [])]
    const from = random.int(own.length)
    for (let m = 0; m < size.groupMembers; m++) {
      const isStranger = m % 10 === 9
      const id = isStranger ? newExternalUserId(random) : (own[(from + m) % own.length] ?? '')
      putMember(world, group, { id, type: 2, joinedAtMs: createdAtMs + m * HOUR_MS, joinScene: 3 })
    }
  }
}

/** A whole corp of invented people, the same for the same seed and clock. */
export function seedSized(desk: Desk, size: Size): void {
  const guides = seedStores(desk, size.staff)
  guides.forEach((userId, index) => {
    seedWay(desk, userId, index)
  })
  seedCustomers(desk, size, guides)
  seedGroups(desk, size, guides)
}
