/** Works one after the other within a line, in the order in which they were asked for, whatever became of the one before. The first begins at once. */
export function createInOrder() {
  const lasts = new Map<string, Promise<unknown>>()
  return <Outcome>(line: string, work: () => Promise<Outcome>): Promise<Outcome> => {
    const before = lasts.get(line)
    const mine = before === undefined ? work() : before.then(work, work)
    lasts.set(line, mine)
    const over = (): void => {
      if (lasts.get(line) === mine) lasts.delete(line)
    }
    mine.then(over, over)
    return mine
  }
}
