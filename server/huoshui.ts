import { hostname } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { createCapabilities } from './capabilities/create-capabilities.ts'
import { FORWARDED_EVENTS } from './capabilities/events.ts'
import { VOCABULARY } from './capabilities/vocabulary.ts'
import { createDb } from './core/db/db.ts'
import { describeError } from './core/kernel/app-error.ts'
import type { Clock } from './core/kernel/clock.ts'
import type { Logger } from './core/kernel/logger.ts'
import { randomText } from './core/kernel/random.ts'
import type { Lane } from './engine/actions/action-kind.ts'
import { createOutbox } from './engine/actions/outbox.ts'
import { createPaceBook } from './engine/actions/pace-book.ts'
import { createRunner } from './engine/actions/runner.ts'
import type { Capability } from './engine/capability.ts'
import { buildApp } from './engine/http/app.ts'
import { domainProofRoute } from './engine/http/domain-proof-route.ts'
import { healthRoutes } from './engine/http/health-routes.ts'
import { createAccept } from './engine/inbox/accept.ts'
import { callbackRoute } from './engine/inbox/callback-route.ts'
import { createDispatcher } from './engine/inbox/dispatcher.ts'
import { createEmit } from './engine/inbox/emit.ts'
import type { EventLane } from './engine/inbox/event-kind.ts'
import { createJobRunner } from './engine/jobs/job-runner.ts'
import { createReady } from './engine/ready.ts'
import { createEventsOut } from './operations/events-out/events-out.ts'
import { createPostDelivery } from './operations/events-out/post-delivery.ts'
import { createCredentialSeal } from './platform/deployment/credential-seal.ts'
import { createCredentialStore } from './platform/deployment/credential-store.ts'
import { readEta } from './platform/deployment/eta.ts'
import { createLimitStore } from './platform/deployment/limit-store.ts'
import { createLiveProcesses } from './platform/deployment/live-processes.ts'
import { createCallbackEnvelope } from './platform/wecom/callback/callback-envelope.ts'
import { createWecom } from './platform/wecom/wecom.ts'
import { createAlerts } from './records/alerts/alerts.ts'
import { createTellAlerts } from './records/alerts/tell-alerts.ts'
import { createUnreadAnswers } from './records/alerts/unread-answers.ts'
import { createPhoneHash } from './records/customers/phone-hash.ts'
import { demoShopRefused, isDemoShop } from './rules/files/demo-shop.ts'
import { createRuleBookHolder } from './rules/rule-book-holder.ts'
import { isRealPlatform, type Settings } from './settings.ts'
import { sessionSecretFrom } from './sidebar-api/session.ts'
import { createSidebarApi } from './sidebar-api/sidebar-api.ts'
import { createDoctor } from './upkeep/doctor/doctor.ts'
import { createMetrics } from './upkeep/metrics.ts'
import { createSync } from './upkeep/sync/sync.ts'

export interface HuoshuiDeps {
  settings: Settings
  clock: Clock
  log: Logger
  /** Works on this lane's actions and on nothing else: for a command while no server runs. */
  only?: Lane
}

/** The whole product, wired: the only place that knows every part. Nothing runs before `start`. Throws settings.invalid when
 *  the rules of the demo shop would run against a real corp. */
export function createHuoshui({ settings, clock, log, only }: HuoshuiDeps) {
  const platformIsReal = isRealPlatform(settings.WECOM_API_BASE)
  if (platformIsReal && isDemoShop(settings.HUOSHUI_CONFIG)) throw demoShopRefused(settings.HUOSHUI_CONFIG)
  const db = createDb(settings.DATABASE_URL, migrations)
  const alerts = createAlerts({ clock, onOpened: (tx, alert) => tellAlert(tx, alert) })
  const unreadAnswers = createUnreadAnswers({ db, clock, alerts })
  const metrics = createMetrics(db, alerts.queries, (tx) => readEta(tx, clock.now()))
  /** Names this process in the rows it holds. */
  const instance = `${hostname().slice(0, 24)}-${randomText(8)}`
  // The parts below nudge each other; the thunks break the circle of their construction.
  const nudgeDispatcher = (lane?: EventLane): void => {
    if (only === undefined) dispatcher.nudge(lane)
  }
  const nudgeRunner = (lane: Lane | undefined = only): void => {
    if (only === undefined || lane === only) runner.nudge(lane)
  }
  const emit = createEmit({ clock, nudge: nudgeDispatcher })
  const outbox = createOutbox({ clock, nudge: nudgeRunner })
  const accept = createAccept({ db, clock, nudge: nudgeDispatcher, isHandled: (kind) => dispatcher.isHandled(kind) })

  const oauthBase =
    settings.WECOM_OAUTH_BASE ?? (platformIsReal ? 'https://open.weixin.qq.com' : settings.WECOM_API_BASE)
  const wecom = createWecom({
    apiBase: settings.WECOM_API_BASE,
    oauthBase,
    corpId: settings.WECOM_CORP_ID,
    agentId: settings.WECOM_AGENT_ID,
    secret: settings.WECOM_SECRET,
    clock,
    log,
    credentials: createCredentialStore({
      db,
      seal: createCredentialSeal({ corpId: settings.WECOM_CORP_ID, secret: settings.WECOM_SECRET }),
      instance,
    }),
    sharedLimits: createLimitStore(db),
    onCall: metrics.onCall,
    onAnswer: unreadAnswers.onAnswer,
  })
  const processes = createLiveProcesses({ db, clock, instance })
  const shareLimits = async (): Promise<void> => wecom.limits.divide(await processes.look())
  const envelope = createCallbackEnvelope({
    clock,
    corpId: settings.WECOM_CORP_ID,
    token: settings.WECOM_CALLBACK_TOKEN,
    aesKey: settings.WECOM_CALLBACK_AES_KEY,
  })

  const rules = createRuleBookHolder({ folder: settings.HUOSHUI_CONFIG, db, clock, log, vocabulary: VOCABULARY })
  const base = { db, clock, log, outbox, emit, wecom, rules, alerts }
  const capable = createCapabilities({
    ...base,
    phoneHash: createPhoneHash(settings.PHONE_SECRET ?? settings.ORDERS_SECRET),
    ordersSecret: settings.ORDERS_SECRET,
    assetsDir: join(settings.HUOSHUI_CONFIG, 'assets'),
    perCustomerPerMonth: settings.MASS_SEND_PER_CUSTOMER,
    // Decisions go out as the timeline tells them; the thunk breaks the circle.
    onNotes: (tx, notes) => eventsOut.onNotes(tx, notes),
    callWebhook: (tx, call) => eventsOut.call(tx, call),
  })
  const tellAlert = createTellAlerts({ clock, userIds: settings.ALERT_USERIDS, staffTelling: capable.staffTelling })
  const sync = createSync({ ...base, ...capable, corpId: settings.WECOM_CORP_ID })
  const eventsOut = createEventsOut({
    ...base,
    alerts,
    events: FORWARDED_EVENTS,
    vocabulary: VOCABULARY,
    corpId: settings.WECOM_CORP_ID,
    secrets: settings.WEBHOOK_SECRETS,
    post: createPostDelivery({ allowPrivate: settings.WEBHOOK_PRIVATE === 'yes' }),
  })
  const sidebarApi = createSidebarApi({
    ...base,
    ...capable,
    corpId: settings.WECOM_CORP_ID,
    agentId: settings.WECOM_AGENT_ID,
    sandboxOrigin: platformIsReal ? undefined : settings.WECOM_API_BASE,
    publicUrl: settings.PUBLIC_URL,
    sessionSecret: settings.SESSION_SECRET ?? sessionSecretFrom(settings.WECOM_SECRET),
  })
  const capabilities: Capability[] = [unreadAnswers, sync, ...capable.list, eventsOut, sidebarApi]

  const dispatcher = createDispatcher({
    db,
    clock,
    log,
    subscriptions: capabilities.flatMap((capability) => capability.subscriptions ?? []),
    onHandled: metrics.onHandled,
  })
  const paces = createPaceBook({ db, clock })
  const runner = createRunner({
    db,
    clock,
    log,
    executors: capabilities.flatMap((capability) => capability.executors ?? []),
    instance,
    onEnded: metrics.onEnded,
    onPace: paces.observe,
  })
  const jobs = createJobRunner({
    db,
    clock,
    log,
    jobs: capabilities.flatMap((capability) => capability.jobs ?? []),
    instance,
  })

  // SQLite belongs to one process, so whatever was claimed before we began was claimed by a dead one.
  const alone = db.dialect === 'sqlite'
  const ready = createReady({
    db,
    log,
    tryToStore: processes.tell,
    prepare: async () => {
      // Before anything of ours can begin: new rules ask for actions at once, and a lease of our own is no dead one's.
      await runner.releaseLeases({ all: alone && only === undefined })
      await shareLimits()
      await rules.check()
      await jobs.prepare({ alone })
    },
  })

  const doctor = createDoctor({ settings, clock, log, db, metrics: metrics.text })
  const app = buildApp({
    log,
    proxyHops: settings.PROXY_HOPS,
    routes: [
      domainProofRoute(settings.HUOSHUI_CONFIG),
      doctor.routes,
      healthRoutes({ canStore: ready.canStore, metrics: metrics.text }),
      callbackRoute({
        envelope,
        accept,
        clock,
        windowSec: settings.WECOM_CALLBACK_WINDOW_SEC,
        isReady: ready.isPrepared,
        onAccepted: metrics.onAccepted,
        onRefused: metrics.onRefused,
      }),
      ...capabilities.flatMap((capability) => (capability.routes === undefined ? [] : [capability.routes])),
    ],
  })

  let toldFault: string | undefined
  /** One second's work: what became due since the last beat. */
  async function beat(): Promise<void> {
    if (!ready.isPrepared()) return ready.nudge()
    try {
      await rules.look()
      await runner.releaseLeases({ all: false })
      await shareLimits()
      await wecom.limits.flush(clock.now())
      await paces.save()
      nudgeDispatcher()
      nudgeRunner()
      if (only === undefined) await jobs.runDue()
      toldFault = undefined
    } catch (error) {
      const fault = describeError(error)
      // Once per outage, not once per second of it.
      if (fault !== toldFault) log.warn({ err: fault }, 'beat failed; the database may be away')
      toldFault = fault
    }
  }

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
    /** Begins a reconciliation; its steps are actions, so `drained` waits for its end. Gives the id of the run, or
     *  undefined while another reading of the corp is under way. What happened within the last two minutes is left to
     *  the callbacks. `dry`: finds and repairs nothing. */
    reconcile: async ({ dry = false } = {}): Promise<number | undefined> =>
      (await db.tx((tx) => sync.ask(tx, { kind: 'reconcile', askKey: `asked:${clock.now()}:${randomText(6)}`, dry })))
        ?.id,
    beat,
    /** Opens and migrates the database, or keeps trying on every beat. */
    prepare: async () => {
      ready.nudge()
      await ready.settled()
      if (ready.isPrepared()) {
        nudgeDispatcher()
        nudgeRunner()
      }
      return ready.isPrepared()
    },
    /** Resolves when no event or action is due and nothing is under way. */
    drained: async () => {
      do {
        await dispatcher.drained()
        await runner.drained()
        await jobs.settled()
      } while (dispatcher.busy() || runner.busy() || jobs.busy() || !accept.idle())
    },
    /** Stops accepting, finishes what is claimed, closes. */
    stop: async () => {
      await app.close()
      await dispatcher.stop()
      await jobs.settled()
      await runner.stop()
      await wecom.limits.flush(clock.now())
      await processes.leave().catch(() => undefined)
      await ready.stop()
      await db.close()
    },
  }
}

export type Huoshui = ReturnType<typeof createHuoshui>
