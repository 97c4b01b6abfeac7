interface SqlChange {
  start: number
  end: number
  text: string
  says: string
}

const SQL = /\b(SELECT|UPDATE|DELETE|WHERE|ORDER BY|AND)\b/
/** What ends a term of a condition at its own depth. */
const ENDS = /^(AND|OR|ORDER|GROUP|LIMIT|UNION|ON|WHEN|THEN|HAVING|FOR)\b/
const SWAPPED: Record<string, string> = { '<=': '<', '<': '<=', '>=': '>', '>': '>=', ASC: 'DESC', DESC: 'ASC' }

/** What stands in `${…}` is somebody else's: as long, but without a word of SQL. */
function withoutValues(text: string): string {
  let masked = ''
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith('${', at)) depth += 1
    masked += depth > 0 ? '_' : text[at]
    if (depth > 0 && text[at] === '{' && text[at - 1] !== '$') depth += 1
    if (depth > 0 && text[at] === '}') depth -= 1
  }
  return masked
}

/** Where the term that begins at `from` ends. */
function endOfTerm(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')') depth -= 1
    if (depth < 0 || text[at] === '`') return at
    if (depth === 0 && /\s/.test(text[at - 1] ?? '') && ENDS.test(text.slice(at)) && !isBetween(text.slice(from, at)))
      return at
  }
  return text.length - 1
}

/** The AND of BETWEEN belongs to it. */
const isBetween = (term: string): boolean => /\bBETWEEN\s+\S+\s*$/.test(term)

/** Changes to a piece of SQL, given with its quotes: each term of a condition no longer counts, each bound moves by one, an
 *  order is turned round. Positions are those of `text`. */
export function sqlChanges(text: string): SqlChange[] {
  const sql = withoutValues(text)
  if (!SQL.test(sql)) return []
  const changes: SqlChange[] = []
  for (const found of sql.matchAll(/\b(WHERE|AND|OR)\s+/g)) {
    if (found[1] === 'AND' && isBetween(sql.slice(0, found.index))) continue
    const start = found.index + found[0].length
    const end = start + sql.slice(start, endOfTerm(sql, start)).trimEnd().length
    const term = text.slice(start, end)
    const isOr = found[1] === 'OR'
    changes.push({ start, end, text: `(${term} ${isOr ? 'AND 1 = 0' : 'OR 1 = 1'})`, says: `${term} no longer counts` })
  }
  for (const found of sql.matchAll(/(?<![<>=])(<=|>=|<|>)(?![<>=])|\b(ASC|DESC)\b/g)) {
    const swapped = SWAPPED[found[0]] ?? ''
    changes.push({
      start: found.index,
      end: found.index + found[0].length,
      text: swapped,
      says: `${found[0]} becomes ${swapped}`,
    })
  }
  return changes
}
