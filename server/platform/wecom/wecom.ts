import type { Clock } from '../../core/kernel/clock.ts'
import { createAcquisition } from './api/acquisition.ts'
import { createAppChats } from './api/app-chats.ts'
import { createAppSettings } from './api/app-settings.ts'
import { createContacts } from './api/contacts.ts'
import { createCustomerIds } from './api/customer-ids.ts'
import { createCustomerService } from './api/customer-service.ts'
import { createDirectory } from './api/directory.ts'
import { createGroupWelcomes } from './api/group-welcomes.ts'
import { createGroups } from './api/groups.ts'
import { createHandovers } from './api/handovers.ts'
import { createInterceptRules } from './api/intercept-rules.ts'
import { createJssdk } from './api/jssdk.ts'
import { createMassSends } from './api/mass-sends.ts'
import { createMedia } from './api/media.ts'
import { createMemberTags } from './api/member-tags.ts'
import { createMessages } from './api/messages.ts'
import { createMoments } from './api/moments.ts'
import { createOAuth } from './api/oauth.ts'
import { createProducts } from './api/products.ts'
import { createStaff } from './api/staff.ts'
import { createStatistics } from './api/statistics.ts'
import { createStrategies } from './api/strategies.ts'
import { createStrategyTags } from './api/strategy-tags.ts'
import { createTags } from './api/tags.ts'
import { createWays } from './api/ways.ts'
import { type CallResult, createCall, type OnAnswer, type WecomLog } from './call.ts'
import type { RateLimitOptions } from './limits/documented-limits.ts'
import { createRateLimits } from './limits/rate-limits.ts'
import type { SharedLimits } from './limits/shared-limits.ts'
import { createAccessToken } from './token/access-token.ts'
import type { SharedCredential } from './token/shared-credential.ts'
import { clockAheadMs } from './wire/clock-ahead.ts'
import { createHttp } from './wire/http.ts'

export interface WecomOptions {
  /** https://qyapi.weixin.qq.com, or the sandbox. */
  apiBase: string
  /** https://open.weixin.qq.com, or the sandbox. */
  oauthBase: string
  corpId: string
  agentId: number
  secret: string
  clock: Clock
  log?: WecomLog
  limits?: RateLimitOptions
  /** What this process shares with the others of its deployment; default: nothing. */
  credentials?: (name: string) => SharedCredential
  sharedLimits?: SharedLimits
  /** After every call, gettoken included; for metrics. */
  onCall?: (result: CallResult) => void
  /** After every yes of WeCom's, gettoken's included; for alerts. */
  onAnswer?: OnAnswer
  /** After every answer that has a Date: by how many milliseconds our clock is ahead of WeCom's, as far as that is certain. */
  onClock?: (aheadMs: number) => void
}

const silent: WecomLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The client of one app of one corp. Arguments are the documented request bodies, results the documented answers;
 *  every method throws WecomError (refused), WecomUnreachable (no usable answer), WecomNotUnderstood (an answer of unknown
 *  shape), WecomRateLimited (kept back, nothing sent) or WecomBadRequest (breaks a documented limit, nothing sent). */
export function createWecom(options: WecomOptions) {
  const { apiBase, oauthBase, corpId, agentId, secret, clock, credentials, onCall, onAnswer } = options
  const { onClock } = options
  const http = createHttp({
    apiBase,
    onDate: (dateMs, ms) => onClock?.(clockAheadMs({ dateMs, heardAtMs: clock.now(), ms })),
  })
  const token = createAccessToken({
    http,
    corpId,
    secret,
    clock,
    shared: credentials?.('access-token'),
    onCall,
    onAnswer,
  })
  const limits = createRateLimits(options.limits, options.sharedLimits)
  const call = createCall({ http, token, limits, clock, log: options.log ?? silent, onCall, onAnswer })

  return {
    acquisition: createAcquisition(call, clock),
    contacts: createContacts(call),
    ways: createWays(call),
    tags: createTags(call),
    customerIds: createCustomerIds(call),
    customerService: createCustomerService(call),
    groups: createGroups(call),
    groupWelcomes: createGroupWelcomes(call),
    products: createProducts(call),
    interceptRules: createInterceptRules(call),
    handovers: createHandovers(call),
    massSends: createMassSends(call),
    staff: createStaff(call),
    directory: createDirectory(call),
    memberTags: createMemberTags(call),
    appChats: createAppChats(call),
    statistics: createStatistics(call, clock),
    customerStrategies: createStrategies(call, 'customer'),
    momentStrategies: createStrategies(call, 'moment'),
    strategyTags: createStrategyTags(call),
    messages: createMessages(call, agentId),
    media: createMedia(call),
    appSettings: createAppSettings(call, agentId),
    moments: createMoments(call),
    oauth: createOAuth(call, { oauthBase, corpId, agentId }),
    jssdk: createJssdk(call, clock, credentials),
    /** What the platform allows each endpoint, and what is used of it. */
    limits,
    /** Lets go of idle connections. */
    close: (): void => http.close(),
  }
}

export type Wecom = ReturnType<typeof createWecom>

/** Areas that nothing in the product calls yet. None is added before it has a user; who begins to use one takes it out. */
export const UNUSED_AREAS = [
  'acquisition',
  'customerIds',
  'products',
  'directory',
  'memberTags',
  'appChats',
  'customerStrategies',
  'momentStrategies',
] as const satisfies readonly (keyof Wecom)[]
