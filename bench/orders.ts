import { SHOP_ORDER } from '../server/records/orders/order-tables.ts'
import type { Report } from './report.ts'
import { benchSignedPosts, type SignedPostsOptions } from './signed-posts.ts'

const CONNECTIONS = 32

/** Orders by the signed route, one a call. What was answered must be in the tables, each once. */
export const benchOrders = (options: SignedPostsOptions, report: Report): Promise<void> =>
  benchSignedPosts(
    {
      ...{ name: 'orders', path: '/api/orders', load: 'bench/order-load.ts', connections: CONNECTIONS },
      ...{ table: SHOP_ORDER, perCall: 'one a call', aim: 'every answered order stored, each once' },
      // The last of each connection may be stored and not answered.
      isWhole: ({ repeated, answered }, stored) => repeated || (stored >= answered && stored <= answered + CONNECTIONS),
    },
    options,
    report,
  )
