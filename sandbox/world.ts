import { createHash } from 'node:crypto'
import { type Acquisition, createAcquisition } from './acquisition.ts'
import type { AppChat } from './app-chat.ts'
import { type AppMail, type AppMessage, createAppMail } from './app-mail.ts'
import { type AppSettings, createAppSettings } from './app-settings.ts'
import type { Attachment } from './attachment.ts'
import { createDirectory, type Directory } from './directory.ts'
import { FewPerKey } from './few-per-key.ts'
import type { GuideDays } from './guide-days.ts'
import { createMoments, type Moments } from './moments.ts'
import type { SeededRandom } from './random.ts'
import { createServiceDesk, type ServiceDesk } from './service-desk.ts'
import { createStrategies, type Strategies } from './strategies.ts'

export interface Department {
  id: number
  name: string
  parentId: number
}
/** `unlicensed`: no interface licence (701008). `inactive`: never activated or without real name (41054). `dormant`: no login for a
 *  year (40205 at handovers). `limited`: for a while may neither add friends nor send. */
export type StaffState = 'unlicensed' | 'inactive' | 'dormant' | 'limited'
export interface Staff {
  userId: string
  name: string
  departments: number[]
  position: string
  /** Has customer contact (客户联系), so may have customers. */
  canContact: boolean
  gender: 0 | 1 | 2
  /** Removed from the corp; kept so that old records still resolve. */
  left: boolean
  /** What is wrong with the account; undefined: nothing. */
  state?: StaffState
  leftAtMs?: number
  /** Customers this member may have at most; absent: no limit at the desk. */
  customerLimit?: number
}
export interface Customer {
  externalUserId: string
  name: string
  /** 1 WeChat, 2 WeCom. */
  type: 1 | 2
  gender: 0 | 1 | 2
  unionId?: string
  corpName?: string
}
/** One guide–customer pair. */
export interface Follow {
  userId: string
  externalUserId: string
  addedAtMs: number
  addWay: number
  operUserId: string
  state?: string
  remark: string
  description: string
  remarkCompany: string
  remarkMobiles: readonly string[]
  /** Shared between pairs: change it by `markTags`. */
  tagIds: ReadonlySet<string>
  /** The customer deleted the guide; the guide still sees the customer. */
  deletedByCustomer: boolean
  /** Last message other than a welcome; undefined while they never talked. */
  talkedAtMs?: number
}
export interface Tag {
  id: string
  groupId: string
  name: string
  order: number
  createdAtMs: number
  deleted: boolean
  /** Made through the API by our app: only those may it edit or delete. */
  byApp: boolean
}
export interface TagGroup {
  id: string
  name: string
  order: number
  createdAtMs: number
  deleted: boolean
  byApp: boolean
  /** Of a strategy (规则组); else of the corp. */
  strategyId?: number
  tagIds: string[]
}
export interface ContactWay {
  configId: string
  type: number
  scene: number
  style?: number
  remark: string
  skipVerify: boolean
  state: string
  users: string[]
  parties: number[]
  isExclusive: boolean
  temp?: TempWay
  markSource: boolean
  createdAtMs: number
}
/** Instead of a friendship, a chat that ends by itself (临时会话). Docs 92228, 92572. */
export interface TempWay {
  expiresInSec: number
  chatExpiresInSec: number
  /** The only customer who may; empty: anyone. */
  unionId: string
  /** Closing words. */
  text?: string
  attachment?: Attachment
}
export interface JoinWay {
  configId: string
  scene: number
  remark: string
  autoCreateRoom: boolean
  roomBaseName: string
  roomBaseId: number
  chatIds: string[]
  state: string
  markSource: boolean
}
export interface GroupMember {
  id: string
  /** 1 corp member, 2 external. */
  type: 1 | 2
  joinedAtMs: number
  /** 1 invited, 2 by link, 3 by QR. */
  joinScene: 1 | 2 | 3
  state?: string
  invitorUserId?: string
}
interface GroupPast {
  untilMs: number
  name: string
  notice: string
  ownerUserId: string
  memberVersion: string
  members: ReadonlyMap<string, GroupMember>
}
export interface Group {
  chatId: string
  name: string
  ownerUserId: string
  notice: string
  createdAtMs: number
  members: Map<string, GroupMember>
  adminUserIds: string[]
  memberVersion: string
  /** How it looked before changes that groupchat/get does not tell of yet, oldest first. */
  past: GroupPast[]
  /** People who fit in by QR code. */
  capacity: number
  dismissed: boolean
  messages: ChatMessage[]
}
/** What one phone shows: a text, an attachment or a grey notice. */
export interface ChatMessage {
  id: number
  from: 'guide' | 'customer' | 'system'
  userId?: string
  externalUserId?: string
  chatId?: string
  /** text, notice, or the msgtype of the attachment. */
  kind: string
  /** How it came: typed, welcome, mass-send, sidebar. */
  via: string
  text?: string
  attachment?: Attachment
  atMs: number
}
/** 0 not sent, 1 sent, 2 not a friend, 3 over the reception limit. */
export type SendStatus = 0 | 1 | 2 | 3
export interface MassSend {
  msgid: string
  chatType: 'single' | 'group'
  creator: string
  createdAtMs: number
  text?: string
  attachments: Attachment[]
  tasks: Map<string, MassSendTask>
  cancelled: boolean
  remindedAtMs: number[]
  /** The first read right after creation was answered with 41063. */
  wasRead: boolean
}
export interface MassSendTask {
  userId: string
  status: 0 | 2
  sentAtMs?: number
  results: Map<string, MassSendResult>
}
export interface MassSendResult {
  status: SendStatus
  sentAtMs?: number
}
interface WelcomeCode {
  code: string
  userId: string
  externalUserId: string
  expiresAtMs: number
  used: boolean
  /** Another app is sending until then: 41096. */
  busyUntilMs?: number
}
export interface Media {
  mediaId: string
  type: string
  filename: string
  contentType: string
  bytes: Buffer
  createdAtMs: number
  /** From upload_attachment: 1 for moments, 2 for product albums. */
  attachmentType?: number
}
/** Prepared welcome of groups (入群欢迎语素材); owners pick it by hand. */
export interface GroupWelcome {
  templateId: string
  text?: string
  attachment?: Attachment
  /** Owners were told of it. */
  notify: boolean
}
/** In the corp's album (商品图册). */
export interface Product {
  productId: string
  description: string
  priceFen: number
  productSn: string
  imageMediaIds: string[]
  createdAtMs: number
  deleted: boolean
}
/** Words that guides may not write (敏感词). */
export interface InterceptRule {
  ruleId: string
  name: string
  words: string[]
  /** 1 phone, 2 email, 3 red packet. */
  semantics: number[]
  /** 1 warns and blocks, 2 warns. */
  type: number
  users: string[]
  departments: number[]
  createdAtMs: number
  deleted: boolean
}
/** 1 done, 2 waiting, 3 refused, 4 takeover member full, 5 no record. Docs 94088, 94082. */
export type TransferStatus = 1 | 2 | 3 | 4 | 5
/** One customer on the way from one guide to another (继承). */
export interface Transfer {
  handoverUserId: string
  takeoverUserId: string
  externalUserId: string
  /** The handing member had left the corp. */
  resigned: boolean
  startedAtMs: number
  /** Planned while it waits, real afterwards. */
  takeoverAtMs: number
  status: TransferStatus
  successMessage?: string
}

/** Everything the sandbox knows; indexed, so that no call walks over it. */
export interface World {
  app: AppSettings
  departments: Map<number, Department>
  staff: Map<string, Staff>
  customers: Map<string, Customer>
  /** By guide, then by customer. One pair: `findFollow`; all: `allFollows`. */
  followsByUser: Map<string, Map<string, Follow>>
  followsByCustomer: FewPerKey<Follow>
  tagGroups: Map<string, TagGroup>
  tags: Map<string, Tag>
  contactWays: Map<string, ContactWay>
  /** Only medical corps have temporary chats. */
  isMedical: boolean
  /** Temporary chats by `pairKey`. */
  tempChats: Map<string, { configId: string; untilMs: number }>
  joinWays: Map<string, JoinWay>
  groups: Map<string, Group>
  groupsByMember: FewPerKey<string>
  massSends: Map<string, MassSend>
  /** Who will confirm what by themselves, and when. */
  confirmations: { send: MassSend; task: MassSendTask; atMs: number }[]
  welcomeCodes: Map<string, WelcomeCode>
  /** By customer, oldest first. */
  transfers: Map<string, Transfer[]>
  /** Group → instants of its on-job handovers; new owner → instants of groups taken over. */
  groupTransfers: Map<string, number[]>
  groupTakeovers: Map<string, number[]>
  media: Map<string, Media>
  moments: Moments
  mail: AppMail
  appChats: Map<string, AppChat>
  directory: Directory
  /** By customer, oldest first. */
  messages: Map<string, ChatMessage[]>
  appMessages: Map<string, AppMessage[]>
  /** The corp has bound the open-platform account of its shop: whoever becomes a customer has a union id. */
  tellsUnionIds: boolean
  /** Mass messages received: customer or group → month, week or day → count. */
  received: Map<string, { period: string; count: number }>
  acquisition: Acquisition
  strategies: Strategies
  groupWelcomes: Map<string, GroupWelcome>
  products: Map<string, Product>
  interceptRules: Map<string, InterceptRule>
  /** Customer service (微信客服). */
  serviceDesk: ServiceDesk
  /** For the statistics. */
  guideDays: GuideDays
  nextMessageId: number
}

export function createWorld(): World {
  return {
    app: createAppSettings(),
    departments: new Map([[1, { id: 1, name: '牧野牛排', parentId: 0 }]]),
    staff: new Map(),
    customers: new Map(),
    followsByUser: new Map(),
    followsByCustomer: new FewPerKey(),
    tagGroups: new Map(),
    tags: new Map(),
    contactWays: new Map(),
    isMedical: false,
    tempChats: new Map(),
    joinWays: new Map(),
    groups: new Map(),
    groupsByMember: new FewPerKey(),
    massSends: new Map(),
    confirmations: [],
    welcomeCodes: new Map(),
    transfers: new Map(),
    groupTransfers: new Map(),
    groupTakeovers: new Map(),
    media: new Map(),
    moments: createMoments(),
    mail: createAppMail(),
    appChats: new Map(),
    directory: createDirectory(),
    messages: new Map(),
    appMessages: new Map(),
    tellsUnionIds: false,
    received: new Map(),
    acquisition: createAcquisition(),
    strategies: createStrategies(),
    groupWelcomes: new Map(),
    products: new Map(),
    interceptRules: new Map(),
    serviceDesk: createServiceDesk(),
    guideDays: new Map(),
    nextMessageId: 1,
  }
}

/** The same person has the same one. */
export const unionIdOf = (externalUserId: string): string =>
  `oSandbox${createHash('sha256').update(externalUserId).digest('hex').slice(0, 20)}`

export const newExternalUserId = (random: SeededRandom): string => `wmSandbox${random.text(23)}`
export const newChatId = (random: SeededRandom): string => `wrSandbox${random.text(23)}`
export const newTagId = (random: SeededRandom): string => `etSandbox${random.text(23)}`
