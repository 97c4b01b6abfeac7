import { computed, createApp, ref } from 'vue'
import { app, call, chooseCustomer, chooseGuide, customer, start, state, toasts } from './desk.js'
import { GuideDesk } from './guide-desk.js'
import { CustomerPhone } from './phone.js'
import { SteakShop } from './shop.js'

/** What is to be done, and in which part of the page. */
const STEPS = [
  ['扫码', '顾客扫渠道码添加导购', 'phone'],
  ['收欢迎语', '20 秒内自动送达', 'phone'],
  ['进科普群', '点欢迎语里的群码', 'phone'],
  ['下单付款', '在商城买一份牛排', 'shop'],
  ['进付费群', '导购在侧边栏点「发邀请」，顾客再扫码', 'guide'],
]
/** A narrow window shows one or two of them at a time. */
const VIEWS = [
  ['phone', '顾客的手机'],
  ['guide', '导购'],
  ['shop', '商城'],
]

const Desk = {
  components: { CustomerPhone, GuideDesk, SteakShop },
  setup() {
    const done = computed(() => {
      const me = customer.value
      const groups = me?.groups ?? []
      return [
        Boolean(me?.guides.length),
        Boolean(me?.messages.some((message) => message.via === 'welcome')),
        groups.some((group) => !group.name.includes('付费')),
        Boolean(me?.orders.some((order) => ['paid', 'shipped', 'signed'].includes(order.state))),
        groups.some((group) => group.name.includes('付费')),
      ]
    })
    const current = computed(() => done.value.indexOf(false))
    const view = ref('phone')
    return { STEPS, VIEWS, app, done, current, state, toasts, view }
  },
  template: `
    <header class="top">
      <span class="brand"><i></i>活水<small>桌面企业微信 · 沙盒</small></span>
      <ol class="story">
        <li v-for="([name, hint, place], i) in STEPS" :key="name" :class="{ done: done[i], now: i === current }" :data-test="'step-' + (i + 1)" :data-state="done[i] ? 'done' : i === current ? 'now' : 'todo'" :title="hint" @click="view = place">
          <em>{{ done[i] ? '✓' : i + 1 }}</em><span><b>{{ name }}</b><small>{{ hint }}</small></span>
        </li>
      </ol>
      <span class="link-state" :class="{ off: app.reachable === false }" data-test="app-state"><i></i>{{ app.reachable ? 'Huoshui 已连接' : app.reachable === false ? 'Huoshui 未连接' : '连接中…' }}</span>
    </header>
    <nav v-if="state" class="views" :class="'at-' + view">
      <button v-for="[key, label] in VIEWS" :key="key" :class="['view-' + key, { on: view === key, next: STEPS[current]?.[2] === key }]" :data-test="'view-' + key" @click="view = key">{{ label }}</button>
      <span v-if="STEPS[current]" class="hint">{{ STEPS[current][1] }}</span>
    </nav>
    <main v-if="state" class="desk" :class="'see-' + view"><CustomerPhone /><GuideDesk /><SteakShop /></main>
    <div v-else class="loading">正在摆桌子…</div>
    <div class="toasts"><p v-for="t in toasts" :key="t.id" :class="t.kind" data-test="toast">{{ t.text }}</p></div>`,
}

// One host for all, so that the sidebar's login sees the cookie of this page.
if (location.hostname === 'localhost') location.replace(location.href.replace('//localhost', '//127.0.0.1'))
await start()
// A code of this sandbox, scanned with a real phone: a new customer adds the guide.
const configId = new URLSearchParams(location.search).get('scan')
if (configId) {
  history.replaceState(null, '', '/')
  const result = await call('scan', { configId })
  if (result) {
    chooseCustomer(result.externalUserId)
    chooseGuide(result.userId, result.externalUserId)
  }
}
createApp(Desk).mount('#app')
