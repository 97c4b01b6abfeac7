import { DAY_MS, HOUR_MS, startOfShanghaiDay } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { createGroupRoom } from '../people/group-moves.ts'
import { addMessage, markTags, putFollow, putMember } from '../relations.ts'
import { putTag, putTagGroup } from '../tag-library.ts'
import { type Customer, type Follow, type Group, newExternalUserId, unionIdOf } from '../world.ts'
import { guide } from './empty.ts'
import { nicknames } from './nicknames.ts'

const CUSTOMERS = 36
const TAGS: readonly [group: string, names: readonly string[]][] = [
  ['来源', ['包裹卡', '门店物料', '直播间']],
  ['生命周期', ['新客', '首单', '复购', '沉睡']],
  ['口味', ['西冷', '菲力', '眼肉', '儿童牛排']],
  ['分层', ['A', 'B', 'C']],
]
const ROOMS: readonly [name: string, ownerUserId: string, role: 'learn' | 'paid' | 'vip' | 'store'][] = [
  ['牧野牛排·科普群 1', 'linxiaoyu', 'learn'],
  ['牧野牛排·科普群 2', 'zhoumin', 'learn'],
  ['牧野牛排·付费群 1', 'linxiaoyu', 'paid'],
  ['牧野牛排·付费群 2', 'hejiaqi', 'paid'],
  ['牧野牛排·VIP群', 'chenhao', 'vip'],
  ['三里屯店·老朋友群', 'chenhao', 'store'],
]
const REMARKS = ['爱吃西冷', '有两个娃', '健身', '住三里屯', '送过小样', '怕膻', '朋友介绍', '只要原切']
const TALKS: readonly (readonly [question: string, answer: string])[] = [
  ['你好，包裹卡上说可以领券？', '可以的，新人尝鲜券已经给您放好了，下单自动抵扣～'],
  ['牛排怎么解冻呀', '前一晚放冷藏室慢慢解冻最好，着急的话连袋泡冷水 40 分钟。'],
  ['儿童款几岁能吃？', '两岁以上就可以，少盐不放黑胡椒，切小块更好嚼。'],
  ['今天有活动吗', '今晚八点直播间有，眼肉第二份半价，我到点叫您。'],
  ['煎出来有点老，怎么办', '多半是火太久啦，每面一分半就好，煎完静置三分钟再切。'],
]
const STATES = ['package-card', 'store-poster', 'live-room']

/** How far a customer has come; decides tags, groups and orders. */
type Stage = '新客' | '首单' | '复购' | '沉睡'
export interface BrandCustomer {
  customer: Customer
  follow: Follow
  stage: Stage
  taste: string
}

function seedStaff({ world }: Desk): string[] {
  world.departments.set(2, { id: 2, name: '北京三里屯店', parentId: 1 })
  world.departments.set(3, { id: 3, name: '上海徐汇店', parentId: 1 })
  world.departments.set(4, { id: 4, name: '直播组', parentId: 1 })
  world.departments.set(5, { id: 5, name: '客服组', parentId: 1 })
  const people = [
    guide('linxiaoyu', '林小雨', [2], 2),
    guide('chenhao', '陈浩', [2], 1, '店长'),
    guide('zhoumin', '周敏', [3], 2),
    guide('hejiaqi', '何佳琪', [3], 2),
    guide('wangzixuan', '王子轩', [4], 1, '直播运营'),
    guide('sunqian', '孙倩', [5], 2, '客服'),
  ]
  for (const staff of people) world.staff.set(staff.userId, staff)
  world.directory.profiles.set('chenhao', { status: 1, leaders: [], leads: [2] })
  return people.map((staff) => staff.userId)
}

function seedTags(desk: Desk): (group: string, name: string) => string {
  const ids = new Map<string, string>()
  TAGS.forEach(([groupName, names], index) => {
    const group = putTagGroup(desk, groupName, { byApp: true, order: TAGS.length - index })
    names.forEach((name, place) => {
      ids.set(`${groupName}/${name}`, putTag(desk, group, name, { byApp: true, order: names.length - place }).id)
    })
  })
  return (group, name) => ids.get(`${group}/${name}`) ?? ''
}

function seedCustomer(
  desk: Desk,
  index: number,
  guides: string[],
  tag: (group: string, name: string) => string,
): BrandCustomer {
  const { world, random, clock } = desk
  const stage: Stage = index < 16 ? '新客' : index < 23 ? '首单' : index < 32 ? '复购' : '沉睡'
  const taste = random.pick(['西冷', '菲力', '眼肉', '儿童牛排'])
  const source = random.int(3)
  const externalUserId = newExternalUserId(random)
  const customer: Customer = {
    externalUserId,
    unionId: unionIdOf(externalUserId),
    name: nicknames[index] ?? `顾客${index}`,
    type: 1,
    gender: random.pick([1, 2, 2, 0]),
  }
  const days = stage === '新客' ? 1 + random.int(60) : stage === '沉睡' ? 120 + random.int(80) : 20 + random.int(150)
  const follow = putFollow(world, customer, {
    userId: guides[index % guides.length] ?? 'linxiaoyu',
    // By day: from nine in the morning to nine in the evening.
    addedAtMs: startOfShanghaiDay(clock.now() - days * DAY_MS) + 9 * HOUR_MS + random.int(12 * HOUR_MS),
    state: STATES[source] ?? '',
  })
  const tier = stage === '复购' ? random.pick(['A', 'B']) : stage === '首单' ? 'C' : undefined
  const sourceTag = TAGS[0]?.[1][source] ?? '包裹卡'
  const tags = [tag('来源', sourceTag), tag('生命周期', stage)]
  if (stage !== '新客') tags.push(tag('口味', taste))
  if (tier) tags.push(tag('分层', tier))
  markTags(follow, { add: tags })
  if (random.int(3) > 0) follow.remark = `${customer.name.slice(0, 8)}-${random.pick(REMARKS)}`
  if (index % 4 === 0) follow.remarkMobiles = [`1380000${String(1000 + index)}`]
  return { customer, follow, stage, taste }
}

function seedChat({ world, random }: Desk, { customer, follow, stage }: BrandCustomer): void {
  const { externalUserId } = customer
  const pair = { userId: follow.userId, externalUserId, kind: 'text', via: 'typed' }
  const at = follow.addedAtMs
  const [text, reply] = random.pick(TALKS)
  const hello = '您好呀，我是您的牛排顾问，煎法、解冻、选部位都可以问我～'
  addMessage(world, { ...pair, from: 'guide', via: 'welcome', text: hello, atMs: at + 3_000 })
  addMessage(world, { ...pair, from: 'customer', text, atMs: at + 180_000 })
  addMessage(world, { ...pair, from: 'guide', text: reply, atMs: at + 240_000 })
  if (stage === '复购') {
    addMessage(world, { ...pair, from: 'customer', text: '上次的很嫩，孩子也爱吃！', atMs: at + 9 * DAY_MS })
  }
  follow.talkedAtMs = stage === '复购' ? at + 9 * DAY_MS : at + 240_000
}

function seedGroups(desk: Desk, people: BrandCustomer[]): void {
  const { world, random, clock } = desk
  const rooms = new Map<string, Group[]>()
  for (const [name, ownerUserId, role] of ROOMS) {
    const createdAtMs = clock.now() - (210 - rooms.size * 5) * DAY_MS
    const group = createGroupRoom(desk, { name, ownerUserId, createdAtMs })
    group.notice = role === 'learn' ? '每周三晚八点，主厨教你在家煎好一块牛排' : ''
    rooms.set(role, [...(rooms.get(role) ?? []), group])
  }
  const enter = (group: Group | undefined, { customer, follow }: BrandCustomer): void => {
    if (!group) return
    const joinedAtMs = follow.addedAtMs + 3_600_000
    putMember(world, group, { id: customer.externalUserId, type: 2, joinedAtMs, joinScene: 3 })
  }
  people.forEach((person, index) => {
    const learn = rooms.get('learn') ?? []
    const paid = rooms.get('paid') ?? []
    if (person.stage === '新客' && index % 3 !== 0) enter(learn[index % 2], person)
    if (person.stage === '首单' || person.stage === '复购') enter(paid[index % 2], person)
    if (person.stage === '复购' && random.int(2) === 0) enter(rooms.get('vip')?.[0], person)
    if (person.follow.userId === 'chenhao') enter(rooms.get('store')?.[0], person)
  })
}

/** 牧野牛排: six guides, their customers of the past 200 days, tags and groups. The same for the same seed. */
export function seedBrand(desk: Desk): BrandCustomer[] {
  desk.world.tellsUnionIds = true
  const guides = seedStaff(desk)
  const tag = seedTags(desk)
  const people = Array.from({ length: CUSTOMERS }, (_, index) => seedCustomer(desk, index, guides, tag))
  for (const person of people) seedChat(desk, person)
  seedGroups(desk, people)
  return people
}
