export interface Figure {
  figure: string
  /** The limit program's figure from the same run. */
  limit?: string
  ratio?: number
  aim?: string
  note?: string
  /** Lines below, as they are. */
  table?: string[]
}

export interface Report {
  add(name: string, figure: Figure): void
  has(name: string): boolean
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** `share` from 0 to 1. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The same report, in which all that is added has this before its name. */
export const prefixed = (report: Report, prefix: string): Report => ({
  add: (name, figure) => report.add(`${prefix}${name}`, figure),
  has: (name) => report.has(`${prefix}${name}`),
})

/** Prints each figure as soon as it is known. */
export function createReport(print: (line: string) => void): Report {
  const names = new Set<string>()
  return {
    has: (name) => names.has(name),
    add: (name, { figure, limit, ratio, aim, note, table = [] }) => {
      names.add(name)
      print(`\n${name}\n  ours   ${figure}`)
      if (limit !== undefined) print(`  limit  ${limit}`)
      if (ratio !== undefined) print(`  ratio  ${ratio.toFixed(2)}`)
      if (aim !== undefined) print(`  aim    ${aim}`)
      if (note !== undefined) print(`  (${note})`)
      for (const line of table) print(line)
    },
  }
}
