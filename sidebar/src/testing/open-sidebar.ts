import { flushPromises, mount } from '@vue/test-utils'
import { vi } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'
import App from '../App.vue'
import type { Api } from '../api/api.ts'
import { loadLater } from '../later.ts'
import { createSidebarRouter } from '../router.ts'
import { keptTagGroups } from '../tags/kept-tag-groups.ts'
import type { ChatClient, ChatContext } from '../wecom/chat-client.ts'
import * as fixtures from './fixtures.ts'
import { someJourneys } from './fixtures-journeys.ts'
import { aGroup, someMyScripts, someNotes } from './fixtures-known.ts'

/** The API with the demo customer's answers; every call is recorded. */
function fakeApi(change: Partial<Api> = {}) {
  const ok = async () => ({ ok: true as const })
  const api: Api = {
    boot: async () => ({ corpId: 'ww1', agentId: 1, platform: 'sandbox' }),
    me: async () => ({ userId: 'linxia', name: '林夏', session: 's1' }),
    signature: async () => ({ timestamp: 1, nonceStr: 'n', signature: 's' }),
    profile: async (externalUserId) => fixtures.aProfile({ externalUserId }),
    version: async () => ({ version: 'v1' }),
    proposals: async () => fixtures.someProposals(),
    tasks: async () => fixtures.someTasks(),
    orders: async () => fixtures.someOrders(),
    bindOrder: async () => ({ isBound: true, zh: '绑好了，这笔订单现在算这位客户的。' }),
    unbindOrder: ok,
    timeline: async () => fixtures.aTimeline(),
    journeys: async () => someJourneys(),
    changeTags: ok,
    changeRemark: ok,
    changeBirthday: ok,
    changeFields: ok,
    finishTask: ok,
    putOffTask: ok,
    refuseTask: ok,
    handOnTask: ok,
    noteSent: ok,
    notes: async () => someNotes(),
    writeNote: ok,
    pinNote: ok,
    removeNote: ok,
    setReminder: ok,
    unwanted: async () => ({ unwanted: [] }),
    changeUnwanted: ok,
    takers: async () => ({ takers: [] }),
    handOver: ok,
    group: async () => aGroup(),
    day: async () => fixtures.aDay(),
    endDuty: async () => ({ ok: true }),
    myNumbers: async () => fixtures.someNumbers(),
    findFriends: async () => ({
      total: 1,
      friends: [{ externalUserId: 'wm-anan', name: '安安妈咪', remark: null, because: '' }],
    }),
    tagGroups: async () => fixtures.tagGroups(),
    myScripts: async () => someMyScripts(),
    writeScript: async () => ({ warnings: [] }),
    removeScript: ok,
    setFavourite: ok,
    scriptTree: async () => fixtures.aTree(),
    scriptsOf: async () => fixtures.someScripts(),
    searchScripts: async () => fixtures.someFound(),
    ...change,
  }
  for (const name of Object.keys(api) as (keyof Api)[]) vi.spyOn(api, name)
  return api
}

/** A chat window whose customer the test chooses. */
export function fakeChat(externalUserId = 'wm-sunyao') {
  let context: ChatContext = { kind: 'customer', externalUserId }
  const sent: ChatMessage[] = []
  const listeners = new Set<() => void>()
  const opened: string[] = []
  const switchTo = async (id: string): Promise<void> => {
    context = { kind: 'customer', externalUserId: id }
    for (const listener of listeners) listener()
    await flushPromises()
  }
  return {
    sent,
    context: async () => context,
    send: async (message: ChatMessage) => {
      sent.push(message)
    },
    opened,
    open: async (id: string) => {
      opened.push(id)
      await switchTo(id)
    },
    onContextChange: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Changes the chat without telling the page. */
    changeSilently: (to: ChatContext) => {
      context = to
    },
    switchTo,
  }
}

interface Options {
  api?: Partial<Api>
  chat?: ChatClient
  search?: string
}

const opened: (() => void)[] = []

// The page of a moment after the first look.
await loadLater()

/** The whole sidebar as the guide 林夏 sees it, over a fake API and a fake chat window. */
export async function openSidebar({ api: change = {}, chat = fakeChat(), search = '?guide=linxia' }: Options = {}) {
  const api = fakeApi(change)
  const assign = vi.fn<(url: string | URL) => void>()
  const router = createSidebarRouter(createMemoryHistory('/sidebar/'))
  const wrapper = mount(App, {
    attachTo: document.body,
    props: { api, createChat: () => chat, location: { pathname: '/sidebar/', search, assign } },
    global: { plugins: [router] },
  })
  opened.push(() => wrapper.unmount())
  await router.isReady()
  await flushPromises()
  return { api, assign, router, wrapper }
}

/** For afterEach: nothing of one test is left for the next. */
export function closeSidebars(): void {
  for (const close of opened.splice(0)) close()
  document.body.innerHTML = ''
  keptTagGroups.clear()
  sessionStorage.clear()
  localStorage.clear()
  vi.useRealTimers()
  vi.restoreAllMocks()
}

/** A promise that the test settles. */
export function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
