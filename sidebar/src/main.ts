import { createApp } from 'vue'
import 'vant/es/picker/style'
import 'vant/es/skeleton/style'
import './ui/theme.css'
import App from './App.vue'
import { createApi } from './api/api.ts'
import { createHttp } from './api/http.ts'
import { createSidebarRouter } from './router.ts'
import { createChatClient } from './wecom/create-chat-client.ts'

const api = createApi(createHttp(undefined, window.huoshuiBegun))

createApp(App, { api, createChat: createChatClient(api), location: window.location })
  .use(createSidebarRouter())
  .mount('#app')
