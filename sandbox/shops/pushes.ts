import type { Chance, Manners } from './manners.ts'

export interface Push {
  method: 'POST'
  /** Behind the shop's address at Huoshui, with query: `?signature=…`, `/order-pay?pushToken=…`. */
  path: string
  headers: Record<string, string>
  body: string
}

type Make = () => Push | Promise<Push>

const TIMEOUT_MS = 5_000

/** Sends pushes to Huoshui as the manners have it: lost, twice, or after the next ones. What is not taken is sent again twice.
 *  `make` is called at each try: signatures are made anew. */
export function createPushes(options: {
  chance: Chance
  manners: () => Manners
  target: () => string | undefined
  isTaken: (status: number, body: string) => boolean
}) {
  const { chance, manners, target, isTaken } = options
  const underWay = new Set<Promise<void>>()
  let held: Make[] = []
  const log = { sent: 0, lost: 0, refused: 0 }

  async function post(make: Make): Promise<boolean> {
    const url = target()
    if (url === undefined) return true
    const { method, path, headers, body } = await make()
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const answer = await fetch(`${url}${path}`, { method, headers, body, signal }).catch(() => undefined)
    return answer !== undefined && isTaken(answer.status, await answer.text().catch(() => ''))
  }

  function start(make: Make): void {
    const work = (async () => {
      for (let attempt = 0; attempt < 3; attempt++) if (await post(make)) return
      log.refused += 1
    })()
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  return {
    send: (make: Make): void => {
      const { lost, doubled, late } = manners()
      log.sent += 1
      if (chance(lost, 'lost')) {
        log.lost += 1
        return
      }
      if (chance(doubled, 'doubled')) start(make)
      if (chance(late, 'late')) {
        held.push(make)
        return
      }
      start(make)
      const overtaken = held
      held = []
      for (const one of overtaken.reverse()) start(one)
    },
    log: (): Readonly<typeof log> => log,
    /** Resolves once nothing is under way or held back. */
    settle: async (): Promise<void> => {
      for (const one of held.reverse()) start(one)
      held = []
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
