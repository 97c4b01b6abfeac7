import { computed, reactive, ref, watch } from 'vue'

/** What the page knows and can do. One state from the server, a few choices of its own. */
const kept = (key) => localStorage.getItem(`desk.${key}`) ?? ''
const keep = (key, value) => localStorage.setItem(`desk.${key}`, value ?? '')

export const chosen = reactive({ customer: kept('customer'), guide: kept('guide'), chat: kept('chat') })
export const state = ref(null)
export const app = reactive({ reachable: undefined })
export const busy = reactive(new Set())
export const toasts = reactive([])
export const seen = reactive(JSON.parse(kept('seen') || '{}'))

let asked = 0
export async function refresh() {
  const mine = ++asked
  const query = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value))
  const answer = await fetch(`/_sandbox/state?${query}`).catch(() => undefined)
  if (!answer?.ok || mine !== asked) return
  state.value = await answer.json()
  if (!chosen.guide) chosen.guide = state.value.guide.userId
}

export function toast(text, kind = 'info') {
  const entry = { id: Date.now() + Math.random(), text, kind }
  toasts.push(entry)
  setTimeout(() => toasts.splice(toasts.indexOf(entry), 1), 2600)
}

/** Calls a control; undefined (and a toast) when it was refused. `key` marks the button as busy. */
export async function call(name, input, key = name) {
  if (busy.has(key)) return undefined
  busy.add(key)
  try {
    const answer = await fetch(`/_sandbox/${name}`, { method: 'POST', body: JSON.stringify(input) })
    const body = await answer.json()
    if (!body.ok) {
      toast(body.message, 'error')
      return undefined
    }
    await refresh()
    return body.result ?? true
  } catch {
    toast('沙盒没有回应，请看看终端', 'error')
    return undefined
  } finally {
    busy.delete(key)
  }
}

export function chooseGuide(userId, chat = '') {
  // biome-ignore lint/suspicious/noDocumentCookie: the sandbox's OAuth reads who sits here from this cookie
  document.cookie = `sandbox_guide=${encodeURIComponent(userId)}; path=/; SameSite=Lax`
  chosen.guide = userId
  chosen.chat = chat
}
export function chooseCustomer(id) {
  chosen.customer = id
}

export const customer = computed(() => (chosen.customer ? state.value?.customer : undefined))
export const guide = computed(() => state.value?.guide)
export const chat = computed(() => guide.value?.chats.find((entry) => entry.externalUserId === chosen.chat))
/** The customer group that is open instead of a chat with one customer. */
export const group = computed(() => guide.value?.groups.find((entry) => entry.chatId === chosen.chat))
export const avatar = (id) => `/_sandbox/avatar/${encodeURIComponent(id || 'new')}.svg`
export const yuan = (fen) => `¥${(fen / 100).toFixed(fen % 100 ? 2 : 0)}`
const clockText = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})
export const timeText = (ms) => clockText.format(ms)

watch(chosen, () => {
  for (const [key, value] of Object.entries(chosen)) keep(key, value)
  void refresh()
})
watch(
  () => [chosen.guide, chat.value?.lastId],
  () => {
    if (!chat.value) return
    seen[`${chosen.guide} ${chosen.chat}`] = chat.value.lastId
    keep('seen', JSON.stringify(seen))
  },
)
/** Messages of earlier days count as read; new ones from the customer do not. */
const openedAtMs = Date.now()
export const isUnread = (entry) =>
  entry.lastFrom !== 'guide' &&
  entry.lastAtMs > openedAtMs - 3_600_000 &&
  (seen[`${chosen.guide} ${entry.externalUserId}`] ?? 0) < entry.lastId

async function checkApp() {
  const answer = await fetch('/_sandbox/app-health')
    .then((r) => r.json())
    .catch(() => ({ reachable: false }))
  app.reachable = answer.reachable
}

export async function start() {
  await refresh()
  if (!state.value?.staff.some((person) => person.userId === chosen.guide))
    chosen.guide = state.value?.guide.userId ?? ''
  if (chosen.customer && !state.value?.customer) chosen.customer = ''
  chooseGuide(chosen.guide, chosen.chat)
  new EventSource('/_sandbox/events').onmessage = refresh
  await checkApp()
  setInterval(checkApp, 3000)
}
