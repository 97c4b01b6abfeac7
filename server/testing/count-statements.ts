import type { Db } from '../core/db/db.ts'

export interface Counted {
  /** All that went out, BEGIN and COMMIT among it. */
  total: number
  commits: number
  texts: ReadonlySet<string>
  /** The text with its values, lists of marks and rows shortened, and how often; the most frequent first. */
  byText: [text: string, times: number][]
}

const shortened = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\((?:\?, )+\?\)/g, '(?…)')
    .replaceAll(/\(\?…\)(?:, \(\?…\))+/g, '(?…)…')
    .replace(/^SELECT .*? FROM /, 'SELECT … FROM ')
    .slice(0, 150)

/** What `work` sends to the database. `until`: only what goes out before this is true. `without`: texts that do not count.
 *  `among`: only transactions, and on MySQL statements of their own, of which one is like this. */
export async function countStatements(
  db: Db,
  work: () => Promise<void>,
  { until = () => false, without, among }: { until?: () => boolean; without?: Counted; among?: RegExp } = {},
): Promise<Counted> {
  const left = without?.texts ?? new Set<string>()
  const sent: { text: string; line: number }[] = []
  const end = db.watch((text, line) => {
    if (!until() && !left.has(text)) sent.push({ text, line })
  })
  await work()
  end()
  const lines = new Set(sent.filter(({ text }) => among === undefined || among.test(text)).map(({ line }) => line))
  const texts = sent.filter(({ line }) => lines.has(line)).map(({ text }) => text)
  const times = new Map<string, number>()
  for (const short of texts.map(shortened)) times.set(short, (times.get(short) ?? 0) + 1)
  return {
    total: texts.length,
    commits: texts.filter((text) => text === 'COMMIT').length,
    texts: new Set(texts),
    byText: [...times].sort((a, b) => b[1] - a[1]),
  }
}

/** For whoever wants to lower a budget: `STATEMENTS=30` prints the 30 most frequent texts. */
export function printStatements(title: string, { total, commits, byText }: Counted): void {
  const most = Number(process.env.STATEMENTS ?? 0)
  if (most === 0) return
  const lines = byText.slice(0, most).map(([text, times]) => `${String(times).padStart(5)} ${text}`)
  process.stderr.write(`${title}: ${total} statements, ${commits} commits\n${lines.join('\n')}\n`)
}
