import { createRouter, createWebHashHistory, type RouterHistory } from 'vue-router'
import { LATER } from './later.ts'
import NextPage from './next/NextPage.vue'

/** Hash routes: WeCom signs the page's URL without its `#…`, so it stays the same on every page. */
export function createSidebarRouter(history: RouterHistory = createWebHashHistory('/sidebar/')) {
  return createRouter({
    history,
    // Whoever has read on finds the beginning of the next page below the tabs, which stay where they are.
    scrollBehavior: () => {
      const page = document.querySelector('.below-tabs')
      const tabs = page?.previousElementSibling?.clientHeight ?? 0
      return page !== null && page.getBoundingClientRect().top < tabs ? { el: page, top: tabs } : false
    },
    routes: [
      { path: '/', component: NextPage },
      { path: '/scripts', component: LATER.scripts },
      { path: '/orders', component: LATER.orders },
      { path: '/timeline', component: LATER.timeline },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}
