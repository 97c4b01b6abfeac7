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

/** What `work` sends to the database. `until`: only what goes out before this is true. `without`: texts that do not count. */
export async function countStatements(
  db: Db,
  work: () => Promise<void>,
  { until = () => false, without }: { until?: () => boolean; without?: Counted } = {},
): Promise<Counted> {
  const left = without?.texts ?? new Set<string>()
  const texts = new Set<string>()
  const times = new Map<string, number>()
  let [total, commits] = [0, 0]
  const end = db.watch((text) => {
    const short = shortened(text)
    if (until() || left.has(text)) return
    texts.add(text)
    total += 1
    if (text === 'COMMIT') commits += 1
    times.set(short, (times.get(short) ?? 0) + 1)
  })
  await work()
  end()
  return { total, commits, texts, byText: [...times].sort((a, b) => b[1] - a[1]) }
}

/** For whoever wants to lower a budget: `STATEMENTS=30` prints the 30 most frequent texts. */
export function printStatements(title: string, { total, commits, byText }: Counted): void {
  const most = Number(process.env.STATEMENTS ?? 0)
  if (most === 0) return
  const lines = byText.slice(0, most).map(([text, times]) => `${String(times).padStart(5)} ${text}`)
  process.stderr.write(`${title}: ${total} statements, ${commits} commits\n${lines.join('\n')}\n`)
}
