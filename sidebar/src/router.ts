import { createRouter, createWebHashHistory, type RouterHistory } from 'vue-router'
import NextPage from './next/NextPage.vue'
import OrdersPage from './orders/OrdersPage.vue'
import ScriptsPage from './scripts/ScriptsPage.vue'
import TimelinePage from './timeline/TimelinePage.vue'

/** Hash routes: WeCom signs the page's URL without its `#…`, so it stays the same on every page. */
export function createSidebarRouter(history: RouterHistory = createWebHashHistory('/sidebar/')) {
  return createRouter({
    history,
    routes: [
      { path: '/', component: NextPage },
      { path: '/scripts', component: ScriptsPage },
      { path: '/orders', component: OrdersPage },
      { path: '/timeline', component: TimelinePage },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}
