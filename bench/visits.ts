import { SHOP_VISIT } from '../server/records/visits/visit-tables.ts'
import type { Report } from './report.ts'
import { benchSignedPosts, type SignedPostsOptions } from './signed-posts.ts'

/** Visits by the signed route, in calls of 200. */
export const benchVisits = (options: SignedPostsOptions, report: Report): Promise<void> =>
  benchSignedPosts(
    {
      ...{ name: 'visits', path: '/api/visits', load: 'bench/visit-load.ts', connections: 8 },
      ...{ table: SHOP_VISIT, perCall: 'in calls of 200', aim: '≥ 1,000/s' },
    },
    options,
    report,
  )
