export interface InSetsOptions<Ask, Answer> {
  /** Milliseconds that the first of a set waits for others. */
  withinMs: number
  /** So many go at once. */
  most: number
  /** An answer for each, in their order. What it throws is thrown to all of them. */
  answer(asks: Ask[]): Promise<Answer[]>
}

/** Questions that come close together are answered together: for what many ask all the time and nobody waits for. */
export function inSets<Ask, Answer>({ withinMs, most, answer }: InSetsOptions<Ask, Answer>) {
  interface Waiting {
    ask: Ask
    resolve(answer: Answer): void
    reject(error: unknown): void
  }
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  async function go(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const set = waiting
    waiting = []
    try {
      const answers = await answer(set.map(({ ask }) => ask))
      for (const [at, one] of set.entries()) one.resolve(answers[at] as Answer) // one for each
    } catch (error) {
      for (const { reject } of set) reject(error)
    }
  }

  return (ask: Ask): Promise<Answer> =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject })
      if (waiting.length >= most) void go()
      else timer ??= setTimeout(() => void go(), withinMs)
    })
}
