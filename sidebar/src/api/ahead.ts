type Question<Answer> = (id: string, signal?: AbortSignal) => Promise<Answer>

/** Milliseconds after which an answer that nobody took is no news any more. */
const FRESH_MS = 10_000

/** Questions about a customer that are asked before the part that shows the answer is there. The first who asks about this
 *  customer gets that answer, whoever comes later asks anew. */
export function createAhead<Questions extends Record<string, Question<unknown>>>(
  questions: Questions,
  now: () => number = Date.now,
) {
  let about: { id: string; askedAtMs: number; answers: Map<string, Promise<unknown>> } | undefined

  const api = Object.fromEntries(
    Object.entries(questions).map(([name, question]) => [
      name,
      (id: string, signal?: AbortSignal): Promise<unknown> => {
        const isFresh = about?.id === id && now() - about.askedAtMs < FRESH_MS
        const begun = isFresh ? about?.answers.get(name) : undefined
        about?.answers.delete(name)
        return begun ?? question(id, signal)
      },
    ]),
  ) as Questions

  return {
    api,
    ask(id: string): void {
      const answers = new Map<string, Promise<unknown>>()
      for (const [name, question] of Object.entries(questions)) {
        const answer = question(id)
        // Whoever takes it hears of its failure.
        answer.catch(() => undefined)
        answers.set(name, answer)
      }
      about = { id, askedAtMs: now(), answers }
    },
    forget(): void {
      about = undefined
    },
  }
}
