import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RuleBook } from '../../server/rules/book/rule-book.ts'

/** Kinds of rules by the key that names one, and where the book has them. */
const KINDS: Record<string, (book: RuleBook) => ReadonlyMap<string, unknown>> = {
  sop: (book) => book.sops,
  channel: (book) => book.channels,
  welcome: (book) => book.welcomes,
  pool: (book) => book.pools,
  send: (book) => book.sends,
  webhook: (book) => book.webhooks,
  ladder: (book) => book.ladders,
}
/** The README tells of these: what editors and people put aside. */
const isPutAside = (name: string): boolean =>
  /^(\.|~\$|Thumbs\.db$|desktop\.ini$)|(~|\.bak|\.swp|\.orig|\.md)$/i.test(name)

/** Nobody looks for a rule among the pictures, unless it is called one. */
const isPicture = (file: string): boolean => file.startsWith('assets/') && !/\.y(a?m|ma)/i.test(file)

export interface Lost {
  file: string
  kind: string
  name: string
}

/** The rules that somebody who looks for `sop: name` at the beginning of a line would find below `folder`, and that the
 *  book does not have: found without YAML, so that it cannot err together with the product. */
export function namedButLost(folder: string, book: RuleBook): Lost[] {
  const lost: Lost[] = []
  for (const file of plainFiles(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, kind = '', name = ''] of text.matchAll(/^\uFEFF?(\w+): +["']?([^\s"'#]+)["']?[ \t]*(?:#.*)?$/gmu)) {
      const known = Object.hasOwn(KINDS, kind) ? KINDS[kind]?.(book) : undefined
      if (known !== undefined && !known.has(name)) lost.push({ file, kind, name })
    }
  }
  return lost
}

function plainFiles(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : plainFiles(folder, path)
    return entry.isFile() && !isPutAside(entry.name) && !isPicture(path) ? [path] : []
  })
}
