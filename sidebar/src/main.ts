import { createApp } from 'vue'
import './ui/theme.css'
import './ui/forms.css'
import App from './App.vue'
import PaneSkeleton from './customer/PaneSkeleton.vue'
import { loadLater } from './later.ts'
import { api, chatBeside, isLeaving } from './opening.ts'
import { createSidebarRouter } from './router.ts'
import { mayHelpToLoadAnew } from './ui/load-anew.ts'

/** Milliseconds after the first look, in which the phone has other things to do. */
const REST_MS = 2_000

if (isLeaving) createApp(PaneSkeleton, { text: '正在登录企业微信…' }).mount('#app')
else {
  createApp(App, { api, createChat: chatBeside, location: window.location }).use(createSidebarRouter()).mount('#app')
  window.addEventListener('load', () => setTimeout(() => void loadLater(), REST_MS))
}

// A part of a former build is gone from the server: the page of now knows where its parts are.
window.addEventListener('vite:preloadError', async () => {
  if (await mayHelpToLoadAnew('itself')) window.location.reload()
})
