import { createApp } from 'vue'
import './ui/theme.css'
import App from './App.vue'
import { createApi } from './api/api.ts'
import { createHttp } from './api/http.ts'
import { loadLater } from './later.ts'
import { createSidebarRouter } from './router.ts'
import { once } from './session/once.ts'
import { createChatClient } from './wecom/create-chat-client.ts'

/** Milliseconds after the first look, in which the phone has other things to do. */
const REST_MS = 2_000
/** Milliseconds within which the page is loaded anew at most once. */
const ANEW_MS = 60_000

const api = createApi(createHttp(undefined, window.huoshuiBegun))
const location = {
  pathname: window.location.pathname,
  search: window.location.search,
  assign: (url: string | URL): void => {
    if (window.huoshuiLeaving !== true) window.location.assign(url)
  },
}

createApp(App, { api, createChat: createChatClient(api), location })
  .use(createSidebarRouter())
  .mount('#app')

window.addEventListener('load', () => setTimeout(() => void loadLater(), REST_MS))
// A part of a former build is gone from the server: the page of now knows where its parts are.
const mayLoadAnew = once('huoshui:anew', ANEW_MS, window.sessionStorage)
window.addEventListener('vite:preloadError', (event) => {
  if (!navigator.onLine || !mayLoadAnew()) return
  event.preventDefault()
  window.location.reload()
})
