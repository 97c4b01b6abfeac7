import { createApp } from 'vue'
import './ui/theme.css'
import App from './App.vue'
import PaneSkeleton from './customer/PaneSkeleton.vue'
import { loadLater } from './later.ts'
import { api, chatBeside, isLeaving } from './opening.ts'
import { createSidebarRouter } from './router.ts'
import { once } from './session/once.ts'

/** Milliseconds after the first look, in which the phone has other things to do. */
const REST_MS = 2_000
/** Milliseconds within which the page is loaded anew at most once. */
const ANEW_MS = 60_000

if (isLeaving) createApp(PaneSkeleton, { text: '正在登录企业微信…' }).mount('#app')
else {
  createApp(App, { api, createChat: chatBeside, location: window.location }).use(createSidebarRouter()).mount('#app')
  window.addEventListener('load', () => setTimeout(() => void loadLater(), REST_MS))
}

// A part of a former build is gone from the server: the page of now knows where its parts are.
const mayLoadAnew = once('huoshui:anew', ANEW_MS, window.sessionStorage)
window.addEventListener('vite:preloadError', (event) => {
  if (!navigator.onLine || !mayLoadAnew()) return
  event.preventDefault()
  window.location.reload()
})
