import { createRouter, createWebHashHistory, type RouterHistory } from 'vue-router'
import { LATER } from './later.ts'
import NextPage from './next/NextPage.vue'
import { laterPart } from './ui/later-part.ts'

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
      { path: '/scripts', component: laterPart(LATER.scripts, 'amid') },
      { path: '/orders', component: laterPart(LATER.orders, 'amid') },
      { path: '/timeline', component: laterPart(LATER.timeline, 'amid') },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}
