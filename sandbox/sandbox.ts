import type { Clock } from '../server/core/kernel/clock.ts'
import { acquisitionEndpoints } from './api/acquisition.ts'
import { agentEndpoints } from './api/agent.ts'
import { appChatEndpoints } from './api/app-chats.ts'
import { authEndpoints } from './api/auth.ts'
import { cardUpdateEndpoints } from './api/card-updates.ts'
import { contactWayEndpoints } from './api/contact-ways.ts'
import { contactEndpoints } from './api/contacts.ts'
import { customerIdEndpoints } from './api/customer-ids.ts'
import { customerServiceEndpoints } from './api/customer-service.ts'
import { departmentEndpoints } from './api/departments.ts'
import { groupWelcomeEndpoints } from './api/group-welcomes.ts'
import { groupEndpoints } from './api/groups.ts'
import { handoverEndpoints } from './api/handovers.ts'
import { interceptEndpoints } from './api/intercept-rules.ts'
import { joinWayEndpoints } from './api/join-ways.ts'
import { massSendEndpoints } from './api/mass-send.ts'
import { mediaEndpoints } from './api/media.ts'
import { mediaByUrlEndpoints } from './api/media-by-url.ts'
import { memberTagEndpoints } from './api/member-tags.ts'
import { menuEndpoints } from './api/menus.ts'
import { messageEndpoints } from './api/messages.ts'
import { momentEndpoints } from './api/moments.ts'
import { createOAuthCodes } from './api/oauth-codes.ts'
import { productEndpoints } from './api/products.ts'
import { servedContactEndpoints } from './api/served-contacts.ts'
import { staffEndpoints } from './api/staff.ts'
import { staffImportEndpoints } from './api/staff-imports.ts'
import { staffWriteEndpoints } from './api/staff-writes.ts'
import { statisticsEndpoints } from './api/statistics.ts'
import { strategyEndpoints } from './api/strategies.ts'
import { strategyTagEndpoints } from './api/strategy-tags.ts'
import { tagEndpoints } from './api/tags.ts'
import { tempChatEndpoints } from './api/temp-ways.ts'
import { welcomeEndpoints } from './api/welcome.ts'
import { createBackground } from './background.ts'
import { createCallbacks } from './callbacks.ts'
import { goodClient } from './client-moods.ts'
import { confirmDue } from './confirmations.ts'
import { type Credentials, credentials as demoCredentials } from './credentials.ts'
import type { Desk } from './desk.ts'
import type { Endpoint } from './endpoint.ts'
import { createGateway } from './gateway.ts'
import { createServer } from './http/server.ts'
import type { Limits } from './limits.ts'
import { goodMoods } from './moods.ts'
import { createMovableClock } from './movable-clock.ts'
import { createOwnControls, type OwnControls } from './own-controls.ts'
import { createPaging } from './paging.ts'
import { type Controls, createControls } from './people/controls.ts'
import { seedBrand } from './presets/brand.ts'
import { brandOrders } from './presets/brand-orders.ts'
import { seedEmpty } from './presets/empty.ts'
import { SIZES, seedSized } from './presets/sized.ts'
import { createSeededRandom } from './random.ts'
import type { Manners } from './shops/manners.ts'
import { createShopDoubles, type ShopDoubles } from './shops/shops.ts'
import type { PastOrder } from './shops/wechat-shop.ts'
import { createTokens } from './tokens.ts'
import { finishTransfers } from './transfers.ts'
import { createWorld, type World } from './world.ts'

export const presets = ['empty', 'brand', 'S', 'M', 'L'] as const
export type Preset = (typeof presets)[number]

export interface SandboxOptions {
  clock: Clock
  /** Same seed, same world and ids; default 1. */
  seed?: number
  /** Default `empty`: 张三 and 李四 only. `brand`: the whole demo shop. `S`, `M`, `L`: a corp of that size (presets/sized.ts). */
  preset?: Preset
  /** Base URL of Huoshui; also by `connect`. */
  appUrl?: string
  /** Answer time of every platform call, real milliseconds; default 0. */
  latencyMs?: number
  /** Pauses before the 2nd and 3rd callback try, real milliseconds; default 1 s, 3 s. */
  retryDelaysMs?: number[]
  /** How long tokens and tickets are good; default 7,200. */
  tokenLifeSec?: number
  /** Differences from the demo corp. */
  credentials?: Partial<Credentials>
  /** How its shops treat Huoshui; default: as shops do, with pushes lost, doubled and late. */
  shopManners?: Partial<Manners>
  /** How many recorded calls and callbacks are kept; default 10,000. */
  keepCalls?: number
}

export interface Sandbox extends Controls, OwnControls {
  credentials: Credentials
  /** Own base URL; empty before `listen`. */
  readonly url: string
  /** Default: any free port on 127.0.0.1. */
  listen(port?: number, host?: string): Promise<string>
  close(): Promise<void>
  /** Where callbacks and orders go. */
  connect(appUrl: string): void
  world: World
  /** Shops that Huoshui reads orders from, under `/shops/<platform>`; the 微信小店 of the brand preset has a history. */
  shops: ShopDoubles
  /** All endpoints, declared. */
  endpoints: readonly Endpoint[]
}

/** Handovers end by themselves after a day; someone has to look at the clock. */
const TRANSFER_LOOK_MS = 1_000

/** WeCom on your desk: the platform's API, its callbacks, and the people who use it. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const clock = createMovableClock(options.clock)
  const credentials = { ...demoCredentials, ...options.credentials }
  const keep = options.keepCalls ?? 10_000
  const random = createSeededRandom(options.seed ?? 1)
  const limits: Limits = { perMinute: 10_000, perHour: 150_000, concurrency: Number.POSITIVE_INFINITY }
  const retryDelaysMs = options.retryDelaysMs ?? [1_000, 3_000]
  const callbacks = createCallbacks({ credentials, clock, signedAt: options.clock, random, retryDelaysMs, keep })
  let url = ''
  let appUrl: string | undefined
  const watchers = new Set<() => void>()
  const desk: Desk = {
    world: createWorld(),
    clock,
    signedAt: options.clock,
    moods: goodMoods(),
    client: goodClient(),
    random,
    credentials,
    callbacks,
    background: createBackground(),
    url: () => url,
    appUrl: () => appUrl,
    changed: () => {
      for (const watcher of watchers) watcher()
    },
  }
  let history: PastOrder[] = []
  if (options.preset === 'brand') history = brandOrders(desk, seedBrand(desk))
  else if (options.preset === undefined || options.preset === 'empty') seedEmpty(desk)
  else seedSized(desk, SIZES[options.preset])

  const tokens = createTokens({ clock, random, moods: desk.moods, lifeSec: options.tokenLifeSec })
  const codes = createOAuthCodes(clock, random)
  const pageCut = { share: 1 }
  const paging = createPaging(pageCut)
  const endpoints = [
    ...authEndpoints(tokens, codes),
    ...agentEndpoints(),
    ...staffEndpoints(paging),
    ...staffWriteEndpoints(),
    ...departmentEndpoints(),
    ...memberTagEndpoints(),
    ...staffImportEndpoints(),
    ...appChatEndpoints(),
    ...contactEndpoints(paging),
    ...contactWayEndpoints(paging),
    ...tempChatEndpoints(),
    ...tagEndpoints(),
    ...welcomeEndpoints(),
    ...massSendEndpoints(paging),
    ...groupEndpoints(paging),
    ...joinWayEndpoints(),
    ...handoverEndpoints(paging),
    ...acquisitionEndpoints(paging),
    ...strategyEndpoints(paging),
    ...strategyTagEndpoints(),
    ...groupWelcomeEndpoints(),
    ...productEndpoints(paging),
    ...interceptEndpoints(),
    ...customerServiceEndpoints(),
    ...servedContactEndpoints(paging),
    ...customerIdEndpoints(),
    ...statisticsEndpoints(),
    ...messageEndpoints(),
    ...cardUpdateEndpoints(),
    ...mediaEndpoints(),
    ...mediaByUrlEndpoints(),
    ...momentEndpoints(paging),
    ...menuEndpoints(),
  ]
  const latencyMs = options.latencyMs ?? 0
  const gateway = createGateway({ desk, tokens, endpoints, limits, latencyMs, keepCalls: keep, pageCut })
  const connect = (next: string): void => {
    appUrl = next.replace(/\/$/, '')
    callbacks.connect(appUrl)
    desk.changed()
  }
  if (options.appUrl !== undefined) connect(options.appUrl)

  const shops = createShopDoubles({
    clock,
    appUrl: () => appUrl,
    seed: options.seed ?? 1,
    manners: options.shopManners,
  })
  for (const order of history) shops.wechat.boughtBefore(order)
  const controls = createControls(desk, shops.wechat)
  const own = createOwnControls({ desk, clock, callbacks, gateway, limits, shops, tokens })
  let transferTimer: NodeJS.Timeout | undefined
  const server = createServer({ desk, gateway, codes, controls, own, connect, watchers, shops })

  return {
    ...controls,
    ...own,
    connect,
    credentials,
    get url() {
      return url
    },
    listen: async (port = 0, host = '127.0.0.1') => {
      url = await server.listen({ port, host })
      transferTimer = setInterval(() => {
        finishTransfers(desk)
        confirmDue(desk)
      }, TRANSFER_LOOK_MS).unref()
      return url
    },
    close: async () => {
      clearInterval(transferTimer)
      callbacks.close()
      gateway.close()
      await server.close()
    },
    world: desk.world,
    shops,
    endpoints,
  }
}
