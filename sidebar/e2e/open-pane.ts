import { execFileSync } from 'node:child_process'
import Fastify from 'fastify'
import type { Browser, Page } from 'playwright-core'
import type { Tx } from '../../server/core/db/tx.ts'
import type { Refused } from '../../server/records/opt-out/opt-out-page.ts'
import { optOutRoutes } from '../../server/records/opt-out/opt-out-routes.ts'
import type { Profile } from '../../server/sidebar-api/contract.ts'
import { sidebarFiles } from '../../server/sidebar-api/static.ts'
import * as fixtures from '../src/testing/fixtures.ts'
import { someJourneys } from '../src/testing/fixtures-journeys.ts'
import { aGroup, someMyScripts, someNotes } from '../src/testing/fixtures-known.ts'
import { nativeClient, USER_AGENT } from './native-client.ts'

/** What the server says, by path below a customer or below the API: an answer, the promise of one, the code of a refusal, or
 *  `never`; undefined: it breaks. What is posted: by `POST ` and the same. */
export type Answers = Record<string, unknown>

const BY_PATH: Answers = {
  me: { userId: 'linxia', name: '林夏', session: 's1' },
  profile: fixtures.aProfile(),
  version: { version: 'v1' },
  proposals: fixtures.someProposals(),
  tasks: fixtures.someTasks(),
  orders: fixtures.someOrders(),
  timeline: fixtures.aTimeline(),
  journeys: someJourneys(),
  notes: someNotes(),
  unwanted: { unwanted: [{ scope: 'sends', sinceMs: 1, untilMs: Date.parse('2026-12-25T10:00:00+08:00') }] },
  tags: fixtures.tagGroups(),
  'scripts/mine': someMyScripts(),
  'scripts/tree': fixtures.aTree(),
  'scripts/of': fixtures.someScripts(),
  'scripts/search': fixtures.someFound(),
  day: fixtures.aDay(),
  'day/numbers': fixtures.someNumbers(),
  'groups/wr-1': aGroup(),
  'POST sent': { ok: true },
  // As server/sidebar-api/order-routes.ts and field-changes.ts write them.
  'POST orders/bind': {
    isBound: false,
    zh: '没有对上：没找到一笔还没有主人、又和你填的都对得上的订单。请让客户再看一眼订单号、手机后四位，或实付金额和付款日期；刚下的单过几分钟再试。',
  },
  'POST fields': {
    ...{ code: 'sidebar.fields-refused', zh: '「家里几口人」要填 1 到 20 的整数，改好再保存。' },
    refused: [
      { field: '家里几口人', name: '家里几口人', zh: '要填 1 到 20 的整数，改好再保存。', saw: 4 },
      {
        ...{ field: '用什么煎', name: '用什么煎', saw: ['平底锅'] },
        zh: '刚刚被别处改成了「平底锅」，这里写的还没保存；再点一次保存就用这里的。',
      },
    ],
  },
}

export type ServedPane = Awaited<ReturnType<typeof servePane>>

/** The built pane over answers that the test chooses, beside a chat window that is the page itself. */
export async function servePane() {
  execFileSync('bash', ['-c', '. scripts/lib/prepare.sh && build_sidebar'], { stdio: 'inherit' })
  let answers: Answers = BY_PATH
  const app = Fastify()
  app.get('/api/sidebar/*', async (request, reply) => {
    const path = new URL(request.url, 'http://x').pathname.replace('/api/sidebar/', '')
    const [, rest] = /^customers\/[^/]+\/?(.*)$/.exec(path) ?? []
    const name = rest === undefined ? path : rest === '' ? 'profile' : rest
    if (name === 'boot') return BOOT
    const answer = await answers[name]
    if (answer === 'never') return new Promise(() => undefined)
    if (typeof answer === 'string')
      return reply
        .code(answer === 'sidebar.login-needed' ? 401 : 403)
        .send({ code: answer, zh: REFUSALS[answer] ?? '这里写着为什么，以及接下来做什么。' })
    return answer === undefined
      ? reply.code(500).send({ code: 'internal', zh: '服务器出了点问题，请稍后重试' })
      : answer
  })
  // What refuses a change, and the page behind a link in a message, whose customers are these.
  app.post('/api/sidebar/*', (request, reply) => {
    const name = request.url.replace(/^.*\/customers\/[^/]+\//, 'POST ')
    const said = answers[name] ?? { code: 'sidebar.overtaken', zh: REFUSED_CHANGE }
    return typeof said === 'object' && 'code' in said ? reply.code(409).send(said) : said
  })
  optOutRoutes({
    withLink: async (code, work) => {
      const refused = OPT_OUTS[code]
      return refused === undefined ? undefined : work(refused as unknown as Tx, code) // read by refusedNow below alone
    },
    refusedNow: async (tx) => tx as unknown as Refused[],
    change: async () => undefined,
  })(app)
  sidebarFiles(app, {
    frameOrigin: undefined,
    tell: async (request) => {
      const { me } = answers
      const page = new URLSearchParams({ kind: 'agent', url: `${url}${request.url}` })
      const signature = { [`jssdk-signature?${page}`]: { timestamp: 1, nonceStr: 'n', signature: 's' } }
      return { answers: { boot: BOOT, ...signature, ...(typeof me === 'string' ? {} : { me }) } }
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    answer: (change: Answers): void => {
      answers = { ...BY_PATH, ...change }
    },
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** As server/sidebar-api/refusals.ts writes them. */
const REFUSALS: Record<string, string> = {
  'sidebar.checking': '刚加上的客户要同步一下：正在向企业微信核对你们是不是好友，几秒后自动出来。',
  'sidebar.not-yours': '已向企业微信核对过：这位客户现在不是你的好友。若刚加上，请过一分钟再点「重新加载」。',
  'sidebar.not-your-group': '这个群你看不了：你不在群里，群主也不在你带的门店；刚建的群，过一分钟再打开。',
  'sidebar.login-needed': '登录已过期，请重新登录。',
  'sidebar.handed-on': '这位客户已于 11月20日 09:05 转给欧阳娜娜，由欧阳娜娜接着跟进；需要补充情况，直接告诉欧阳娜娜。',
}
/** To whatever is changed, unless the test says otherwise. */
const REFUSED_CHANGE = '备注刚刚被别处改成了「老客」，没有覆盖；请看一眼再改。'
const OPT_OUTS: Record<string, Refused[]> = {
  open: [],
  refused: [
    { scope: '', source: 'link', until_at: null },
    { scope: 'sends', source: 'guide', until_at: Date.parse('2027-02-28T10:00:00+08:00') },
  ],
}

const BOOT = { corpId: 'ww1', agentId: 1, platform: 'sandbox' }

/** As kept-answers.ts keeps it for the guide of these answers. */
const SEEN = (profiles: Profile[]): string => {
  const entries = profiles.map((one) => [one.externalUserId, fixtures.NOW_MS, one])
  return `localStorage.setItem('huoshui:seen', ${JSON.stringify(JSON.stringify({ owner: 'linxia s1', entries }))})`
}

export interface PaneOptions {
  width?: number
  height?: number
  colorScheme?: 'light' | 'dark'
  entry?: string
  /** So many messages the client takes. */
  takes?: number
  /** Another page than the pane. */
  path?: string
  /** The client answers nothing before it is told to. */
  isSlow?: boolean
  /** Looked at in an earlier window. */
  seen?: Profile[]
  /** Runs in the page before anything of it. */
  before?: string
}

export async function openPane(browser: Browser, url: string, options: PaneOptions = {}): Promise<Page> {
  const { width = 360, height = 720, colorScheme = 'light', entry = 'single_chat_tools' } = options
  const context = await browser.newContext({
    viewport: { width, height },
    userAgent: USER_AGENT,
    colorScheme,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.clock.install({ time: fixtures.NOW_MS })
  const isSlow = options.isSlow === true
  const { takes, path = '/sidebar/' } = options
  const says = { entry, userId: 'wm-sunyao', chatId: 'wr-1', isSlow, ...(takes === undefined ? {} : { takes }) }
  await page.addInitScript(nativeClient(says))
  if (options.before !== undefined) await page.addInitScript(options.before)
  if (options.seen !== undefined) await page.addInitScript(SEEN(options.seen))
  await page.goto(`${url}${path}`)
  return page
}
