import { runProgram } from '../../../server/testing/start-program.ts'
import { createScore, type Row } from '../row.ts'

interface Load {
  perSecond: number
  refused: number
  max: number
}
interface Flood {
  perSecond: number
}

const ROUTES = [
  '/metrics',
  '/readyz',
  '/healthz',
  '/doctor',
  '/no-such-page',
  '/sidebar/',
  '/api/sidebar/me',
  '/api/sidebar/login',
  '/api/sidebar/oauth?code=x&state=y',
  '/wecom/callback',
  'POST /wecom/callback',
  'POST /api/orders',
]
const CONNECTIONS = 64
const MOST_LOST = 0.2

/** Callbacks are acknowledged nearly as fast while somebody without a name keeps 64 connections busy. */
export const floods: Row = {
  name: 'floods',
  says: '64 anonymous connections on each route: callbacks lose a fifth at most',
  withBrakes: true,
  run: async (target, extent) => {
    const score = createScore()
    const seconds = extent === 'short' ? 2 : 6
    const callbacks = (): Promise<Load> =>
      runProgram<Load>('bench/callback-load.ts', [target.url, String(seconds), '16', 'attack_only'])
    // Compiling and filling caches is no flood's doing.
    await callbacks()
    const figures: string[] = []
    const calm = [await callbacks()]
    for (const route of extent === 'short' ? ROUTES.slice(0, 1) : ROUTES) {
      const flooding = runProgram<Flood>('scripts/attack/flood.ts', [
        target.url,
        route,
        String(CONNECTIONS),
        String(seconds + 2),
      ])
      const load = await callbacks()
      const { perSecond } = await flooding
      calm.push(await callbacks())
      const [before, after] = calm.slice(-2)
      const usual = ((before?.perSecond ?? 0) + (after?.perSecond ?? 0)) / 2
      const kept = load.perSecond / usual
      figures.push(
        `${route}: ${load.perSecond.toFixed(0)} callbacks/s beside ${usual.toFixed(0)} (${(kept * 100).toFixed(0)} %), slowest ${load.max} ms; ${perSecond.toFixed(0)} answers/s to the flood`,
      )
      score.note(`${route}: callbacks are refused`, load.refused === 0)
      // Among the tests other programs use the same cores.
      if (extent === 'whole')
        score.note(`${route}: callbacks fall to ${(kept * 100).toFixed(0)} %`, kept >= 1 - MOST_LOST - noiseOf(calm))
    }
    return score.outcome([
      ...figures,
      `without a flood the same load differs by ${(noiseOf(calm) * 100).toFixed(0)} % from one run to the next`,
    ])
  },
}

/** How far calm runs lie apart, as a share of their middle: what no flood has done. */
function noiseOf(calm: readonly Load[]): number {
  const rates = calm.map(({ perSecond }) => perSecond).sort((a, b) => a - b)
  const middle = rates[Math.floor(rates.length / 2)] ?? 1
  const steps = calm
    .slice(1)
    .map(({ perSecond }, n) => Math.abs(perSecond - (calm[n]?.perSecond ?? perSecond)) / middle)
  return steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length)
}
