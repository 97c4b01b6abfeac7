import { hostname } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { type Capabilities, createCapabilities } from './capabilities/create-capabilities.ts'
import { FORWARDED_EVENTS } from './capabilities/events.ts'
import { carryOutRenames } from './capabilities/rule-names.ts'
import { VOCABULARY } from './capabilities/vocabulary.ts'
import { createDb, type Db } from './core/db/db.ts'
import type { Clock } from './core/kernel/clock.ts'
import { isRealPlatform } from './core/kernel/is-real-platform.ts'
import { keptBriefly } from './core/kernel/kept-briefly.ts'
import type { Logger } from './core/kernel/logger.ts'
import { randomText } from './core/kernel/random.ts'
import { SECOND_MS } from './core/kernel/shanghai.ts'
import type { Lane } from './engine/actions/action-kind.ts'
import { createBeat } from './engine/beat.ts'
import type { Capability } from './engine/capability.ts'
import { createEngine } from './engine/engine.ts'
import { buildApp } from './engine/http/app.ts'
import { createCallerBrakes } from './engine/http/caller-brakes.ts'
import { domainProofRoute } from './engine/http/domain-proof-route.ts'
import { type HealthDeps, healthRoutes } from './engine/http/health-routes.ts'
import { createRefusalBrake } from './engine/http/refusal-brake.ts'
import { callbackRoute } from './engine/inbox/callback-route.ts'
import { createReady } from './engine/ready.ts'
import { createAlertsOut } from './operations/alerts-out/alerts-out.ts'
import { createSendMail } from './operations/alerts-out/send-mail.ts'
import { createStoreAlarm, STORE_ALERT } from './operations/alerts-out/store-alarm.ts'
import { createEventsOut } from './operations/events-out/events-out.ts'
import { createPostDelivery } from './operations/events-out/post-delivery.ts'
import { createCredentialSeal } from './platform/deployment/credential-seal.ts'
import { createCredentialStore } from './platform/deployment/credential-store.ts'
import { readEta } from './platform/deployment/eta.ts'
import { createLimitStore } from './platform/deployment/limit-store.ts'
import { createLiveProcesses, type LiveProcessesDeps } from './platform/deployment/live-processes.ts'
import { readShopSecrets, type ShopSecrets } from './platform/shops/shop-secrets.ts'
import { createCallbackEnvelope } from './platform/wecom/callback/callback-envelope.ts'
import { createWecom, type Wecom } from './platform/wecom/wecom.ts'
import { createAlerts } from './records/alerts/alerts.ts'
import { createWatch } from './records/alerts/watch.ts'
import { createAudit } from './records/audit/audit.ts'
import { auditKeys } from './records/audit/audit-keys.ts'
import { createPhoneHash } from './records/customers/phone-hash.ts'
import { createIsPast } from './records/privacy/is-past.ts'
import { demoShopRefused, isDemoShop } from './rules/files/demo-shop.ts'
import { createRuleBookHolder } from './rules/rule-book-holder.ts'
import { phoneSecrets, type Settings } from './settings.ts'
import { sessionSecretFrom } from './sidebar-api/session.ts'
import { createSidebarApi } from './sidebar-api/sidebar-api.ts'
import { atHand } from './upkeep/at-hand.ts'
import { createDatabaseWatch } from './upkeep/database-watch.ts'
import { createDoctor } from './upkeep/doctor/doctor.ts'
import { createMetrics } from './upkeep/metrics.ts'
import { keepDays } from './upkeep/people/keep-days.ts'
import { createRetention } from './upkeep/people/retention.ts'
import { createGrantDesk } from './upkeep/shops/grant-desk.ts'
import { createOpenShops } from './upkeep/shops/open-shops.ts'
import { createShops, type ShopsDeps } from './upkeep/shops/shops.ts'
import { createSync } from './upkeep/sync/sync.ts'

export interface HuoshuiDeps {
  settings: Settings
  clock: Clock
  log: Logger
  /** Default: no shop has any, so none is asked. */
  shopSecrets?: ShopSecrets
  /** Default: the database's own. */
  databaseClock?: Clock
  /** Works on this lane's actions and on nothing else: for a command while no server runs. */
  only?: Lane
  /** Where the built sidebar is; default: sidebar/dist. */
  distDir?: string
}

/** The whole product, wired: the only place that knows every part. Nothing runs before `prepare`. Throws settings.invalid
 *  when the rules of the demo shop would run against a real corp. */
export function createHuoshui({ settings, clock, log, only, ...more }: HuoshuiDeps) {
  const { shopSecrets = readShopSecrets({}), distDir, databaseClock } = more
  refuseDemoShop(settings)
  const { db, processes } = openDatabase({ settings, clock, log, databaseClock })
  const engine = createEngine({ db, log, only, ...processes.own })
  const { emit, outbox, accept } = engine
  // Who is told of an alert is told in the outbox's way; the thunk breaks the circle.
  const alerts = createAlerts({ clock, onTold: (tx, alert) => alertsOut.tell(tx, alert) })
  const { HUOSHUI_CONFIG: folder } = settings
  const watch = createWatch({
    ...{ db, clock, alerts, folder, process: processes.own },
    askAgain: () => wecom.appSettings.callbackIps(),
  })
  const metrics = createMetrics(db, {
    openAlerts: alerts.queries.countsByKind,
    unstored: () => (storeAlarm.isOn() ? [STORE_ALERT] : []),
    looksLost: () => audit.lost(),
    eta: (tx) => readEta(tx, clock.now()),
  })
  const wecom = createWecom({
    ...wecomOptions(settings, { db, ...processes.own }),
    clock,
    log,
    onCall: (call) => void [metrics, watch].map((one) => one.onCall(call)),
    onAnswer: watch.onAnswer,
    onClock: (aheadMs) => void [metrics, watch].map((one) => one.onClock(aheadMs)),
  })
  const shareLimits = async (): Promise<void> => wecom.limits.divide(await processes.look())
  const rules = createRuleBookHolder({ folder, db, clock, log, ...watch.ofRules, ...besidesFiles(db) })
  const base = { db, clock, log, outbox, emit, wecom, rules, alerts }
  const shops = createOpenShops({ ...base, ...processes.own, secrets: shopSecrets })
  const eventsOut = createEventsOut({ ...base, ...eventsOutOptions(settings) })
  const capable = createCapabilities({
    ...base,
    ...shopOptions(settings, wecom, { ...base, shops }),
    // Decisions go out as the timeline tells them.
    ...{ onNotes: eventsOut.onNotes, callWebhook: eventsOut.call },
  })
  const alertsOut = createAlertsOut({ ...base, ...alertsOutOptions(settings), staffTelling: capable.staffTelling })
  const sync = createSync({ ...base, ...capable, told: toldIn(capable), corpId: settings.WECOM_CORP_ID })
  const audit = createAudit({ ...base, ...auditOptions(settings) })
  const sidebarApi = createSidebarApi({ ...base, ...capable, ...sidebarOptions(settings), audit, distDir })
  const upkeep = createUpkeep({ ...processes.own, ...base, ...capable, settings, sync, shops })
  const capabilities: Capability[] = [watch, ...upkeep, alertsOut, ...capable.list, eventsOut, sidebarApi, audit]
  const works = engine.build(capabilities, metrics, createIsPast(capable))
  const ready = createReady({
    db,
    log,
    tryToStore: processes.tell,
    prepare: async () => {
      // First whether our clock can be relied on, then what is held, then new rules, which ask for actions at once.
      await shareLimits()
      await works.takeBack()
      await rules.check()
      await works.prepareJobs()
    },
  })
  const storeAlarm = createStoreAlarm({ clock, storeFault: ready.storeFault, tellNow: alertsOut.tellNow })
  const doctor = createDoctor({ settings, shopSecrets, clock, log, db, metrics: metrics.text, audit })
  const app = buildApp({
    ...appOptions(settings),
    log,
    brake: createCallerBrakes({
      ...brakeOptions(settings),
      guideOf: sidebarApi.callerOf,
      onHeldBack: metrics.onHeldBack,
    }),
    routes: [
      domainProofRoute(settings.HUOSHUI_CONFIG),
      doctor.routes,
      healthRoutes(
        briefly(settings, clock, { canStore: ready.canStore, troubles: watch.troubles, metrics: metrics.text }),
      ),
      callbackRoute({ ...callbackOptions(settings, clock), ...metrics.callbacks, accept, isReady: ready.isPrepared }),
      ...capabilities.flatMap(({ routes }) => (routes === undefined ? [] : [routes])),
    ],
  })

  return {
    app,
    db,
    wecom,
    capabilities,
    /** For the command line and for tests. */
    alerts,
    doctor,
    ...capable,
    rules,
    sync,
    /** One second's work: what became due since the last beat. */
    beat: createBeat({
      log,
      ready,
      watch: storeAlarm.look,
      work: async () => {
        await rules.look()
        await shareLimits().then(() => wecom.limits.flush(clock.now()))
        await audit.flush()
        await works.beat()
      },
    }),
    /** Opens and migrates the database, or keeps trying on every beat. */
    prepare: async () => {
      ready.nudge()
      await ready.settled()
      if (ready.isPrepared()) works.nudge()
      return ready.isPrepared()
    },
    /** Resolves when no event or action is due and nothing is under way. */
    drained: async () => {
      do await works.settled()
      while (works.busy() || !accept.idle())
    },
    /** Stops accepting, finishes what is claimed, closes. */
    stop: async () => {
      await app.close()
      await rules.stop()
      await works.stop()
      await wecom.limits.flush(clock.now())
      await Promise.all([audit.finish(), processes.leave().catch(() => undefined)])
      await ready.stop()
      await db.close()
    },
  }
}

function openDatabase({ settings, ...deps }: Omit<LiveProcessesDeps, 'db' | 'instance'> & { settings: Settings }) {
  const db = createDb(settings.DATABASE_URL, migrations, { checkpointsAside: true })
  const instance = `${hostname().slice(0, 24)}-${randomText(8)}`
  return { db, processes: createLiveProcesses({ ...deps, db, instance }) }
}

const createUpkeep = ({
  settings,
  sync,
  ...deps
}: ShopsDeps & { settings: Settings; sync: Capability }): Capability[] => [
  createDatabaseWatch({ ...deps, databaseUrl: settings.DATABASE_URL }),
  sync,
  createShops(deps),
  createRetention({ ...deps, days: keepDays(settings) }),
]

function refuseDemoShop({ WECOM_API_BASE, HUOSHUI_CONFIG }: Settings): void {
  if (isRealPlatform(WECOM_API_BASE) && isDemoShop(HUOSHUI_CONFIG)) throw demoShopRefused(HUOSHUI_CONFIG)
}

const toldIn = ({ orders, profiles, surveys, consents, visits, 'told-tags': tags }: Capabilities) => [
  ...[orders, profiles, surveys],
  ...[consents, visits, tags],
]

const auditOptions = (settings: Settings) => ({ keys: auditKeys(settings), days: settings.AUDIT_DAYS })

export type Huoshui = ReturnType<typeof createHuoshui>

function wecomOptions(
  settings: Settings,
  { db, instance, mayLease }: { db: Db; instance: string; mayLease(): boolean },
) {
  const { WECOM_API_BASE: apiBase, WECOM_CORP_ID: corpId, WECOM_SECRET: secret } = settings
  const ofPlatform = isRealPlatform(apiBase) ? 'https://open.weixin.qq.com' : apiBase
  return {
    apiBase,
    oauthBase: settings.WECOM_OAUTH_BASE ?? ofPlatform,
    corpId,
    agentId: settings.WECOM_AGENT_ID,
    secret,
    credentials: createCredentialStore({ db, seal: createCredentialSeal({ corpId, secret }), instance }),
    sharedLimits: createLimitStore(db, mayLease),
  }
}

const eventsOutOptions = (settings: Settings) => ({
  events: FORWARDED_EVENTS,
  vocabulary: VOCABULARY,
  corpId: settings.WECOM_CORP_ID,
  secrets: settings.WEBHOOK_SECRETS,
  post: createPostDelivery({ allowPrivate: settings.WEBHOOK_PRIVATE === 'yes', hosts: settings.WEBHOOK_HOSTS }),
})

function alertsOutOptions(settings: Settings) {
  const { ALERT_USERIDS, ALERT_WEBHOOK, ALERT_SMTP, ALERT_MAIL_TO, ALERT_MAIL_FROM } = settings
  const isMailed = ALERT_SMTP !== undefined && ALERT_MAIL_TO.length > 0
  return {
    userIds: ALERT_USERIDS,
    webhookUrl: ALERT_WEBHOOK,
    // Not bound to WEBHOOK_HOSTS: its address comes from the deployment itself, and no rule can change it.
    post: createPostDelivery({ allowPrivate: settings.WEBHOOK_PRIVATE === 'yes', hosts: [] }),
    sendMail: isMailed
      ? createSendMail({ smtpUrl: ALERT_SMTP, from: ALERT_MAIL_FROM ?? ALERT_MAIL_TO[0] ?? '', to: ALERT_MAIL_TO })
      : undefined,
  }
}

/** What rules name and change besides themselves. */
const besidesFiles = (db: Db) => ({ vocabulary: VOCABULARY, carryOutRenames, atHand: () => atHand(db) })

const shopOptions = (
  settings: Settings,
  { oauth }: Pick<Wecom, 'oauth'>,
  desk: Parameters<typeof createGrantDesk>[0],
) => ({
  grantDesk: createGrantDesk(desk),
  phoneHash: createPhoneHash(phoneSecrets(settings)[0]),
  phoneSecrets: phoneSecrets(settings),
  publicUrl: settings.PUBLIC_URL,
  linkLogin: settings.LINK_LOGIN === 'yes' ? oauth : undefined,
  ordersSecret: settings.ORDERS_SECRET,
  signatures: settings.ORDERS_SIGNATURE,
  assetsDir: join(settings.HUOSHUI_CONFIG, 'assets'),
  perCustomerPerMonth: settings.MASS_SEND_PER_CUSTOMER,
  perGroupPerMonth: settings.MASS_SEND_PER_GROUP,
})

const sidebarOptions = (settings: Settings) => ({
  corpId: settings.WECOM_CORP_ID,
  agentId: settings.WECOM_AGENT_ID,
  sandboxOrigin: isRealPlatform(settings.WECOM_API_BASE) ? undefined : settings.WECOM_API_BASE,
  publicUrl: settings.PUBLIC_URL,
  sessionSecret: settings.SESSION_SECRET ?? sessionSecretFrom(settings.WECOM_SECRET),
})

/** Those of the console, and those before them while they are named. */
function callbackSecrets(settings: Settings) {
  const { WECOM_CORP_ID: corpId, WECOM_CALLBACK_TOKEN: token, WECOM_CALLBACK_AES_KEY: aesKey } = settings
  const { WECOM_CALLBACK_OLD_TOKEN: oldToken = token, WECOM_CALLBACK_OLD_AES_KEY: oldKey = aesKey } = settings
  const now = { corpId, token, aesKey }
  return oldToken === token && oldKey === aesKey ? [now] : [now, { corpId, token: oldToken, aesKey: oldKey }]
}

/** Who watches asks every few seconds; whoever else asks must not keep the database busy. Whether it can store is asked
 *  anew, once for all who ask at the same moment. */
const briefly = (
  { METRICS_KEY: metricsKey }: Settings,
  clock: Clock,
  { canStore, troubles, metrics }: Omit<HealthDeps, 'metricsKey'>,
) => ({
  canStore: keptBriefly(0, clock, canStore),
  troubles: keptBriefly(SECOND_MS, clock, troubles),
  metrics: keptBriefly(SECOND_MS, clock, metrics),
  metricsKey,
})

const appOptions = (settings: Settings) => ({
  proxyHops: settings.PROXY_HOPS,
  isSecure: settings.PUBLIC_URL?.startsWith('https:') === true,
})

const brakeOptions = (settings: Settings) => ({
  perAddress: settings.REQUESTS_PER_ADDRESS,
  perGuide: settings.REQUESTS_PER_GUIDE,
})

const callbackOptions = (settings: Settings, clock: Clock) => ({
  clock,
  envelope: createCallbackEnvelope({
    clock,
    secrets: callbackSecrets(settings),
  }),
  windowSec: settings.WECOM_CALLBACK_WINDOW_SEC,
  beforeRefusal: createRefusalBrake(settings.REQUESTS_PER_ADDRESS),
})
