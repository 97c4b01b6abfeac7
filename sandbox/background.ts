/** Work of the platform that goes on after the answer: downloads, imports. `settle` waits for it. */
export function createBackground() {
  const underWay = new Set<Promise<void>>()
  return {
    run: (work: () => Promise<void>): void => {
      const going: Promise<void> = work().finally(() => underWay.delete(going))
      underWay.add(going)
    },
    idle: async (): Promise<void> => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

export type Background = ReturnType<typeof createBackground>
