import type { SqlValue } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Condition, FactTest } from '../schema/condition.ts'
import type { Fact, SqlText } from './fact.ts'
import { factAt } from './narrowed.ts'

/** By the path of a set: the question about one member that was looked up. */
export type LookedUp = ReadonlyMap<string, (member: string) => SqlText>
/** Of what a condition is made into SQL. */
interface Ground {
  facts: ReadonlyMap<string, Fact>
  nowMs: number
  lookedUp: LookedUp
}

/** The same question as `holds`, for all customers at once: a WHERE fragment about `c.external_userid` that both SQLite
 *  and MySQL understand. Throws rules.unknown-fact when the condition asks for a fact that is not in `facts`.
 *
 *  SQL knows three truth values and we know two. Negation is therefore pushed down to the single tests: a positive test
 *  on NULL is "unknown", which a WHERE treats as false, as `holds` does; a negated one is compared with false by name. */
export function conditionSql(
  condition: Condition,
  facts: ReadonlyMap<string, Fact>,
  nowMs: number,
  lookedUp: LookedUp = new Map(),
): SqlText {
  return partSql(condition, true, { facts, nowMs, lookedUp })
}

/** What a condition asks of each set, wherever it stands in it. */
export function membersAsked(condition: Condition, into = new Map<string, Set<string>>()): Map<string, Set<string>> {
  if (condition.kind === 'not') return membersAsked(condition.of, into)
  if (condition.kind !== 'test') {
    for (const part of condition.of) membersAsked(part, into)
    return into
  }
  const { any = [], all = [], none = [] } = condition.test
  const members = [...any, ...all, ...none]
  if (members.length > 0) into.set(condition.path, new Set([...(into.get(condition.path) ?? []), ...members]))
  return into
}

function partSql(part: Condition, wanted: boolean, ground: Ground): SqlText {
  if (part.kind === 'not') return partSql(part.of, !wanted, ground)
  if (part.kind === 'test') {
    const fact = factAt(ground.facts, part.path)
    if (fact === undefined) throw new AppError('rules.unknown-fact', `nothing provides the fact ${part.path}`)
    return joined(testSql(part.test, fact, wanted, ground), wanted)
  }
  const pieces = part.of.map((inner) => partSql(inner, wanted, ground))
  return joined(pieces, (part.kind === 'all') === wanted)
}

const ALWAYS: SqlText = { text: '1 = 1', params: [] }
const NEVER: SqlText = { text: '1 = 0', params: [] }

function joined(pieces: SqlText[], every: boolean): SqlText {
  const [first, ...rest] = pieces
  if (first === undefined) return every ? ALWAYS : NEVER
  if (rest.length === 0) return first
  return {
    text: `(${pieces.map((piece) => piece.text).join(every ? ' AND ' : ' OR ')})`,
    params: pieces.flatMap((piece) => piece.params),
  }
}

const SIGNS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** One piece per operator: all of them must hold when `wanted`, one of them must fail when not. */
function testSql(test: FactTest, fact: Fact, wanted: boolean, { nowMs, lookedUp }: Ground): SqlText[] {
  const pieces: SqlText[] = []
  const member = (one: string, isIn: boolean): SqlText => {
    const { text, params } = lookedUp.get(fact.path)?.(one) ?? factSql(fact, nowMs, one)
    return truth({ text: `(${text})`, params }, isIn)
  }
  if (test.any !== undefined)
    pieces.push(
      joined(
        test.any.map((one) => member(one, wanted)),
        !wanted,
      ),
    )
  if (test.all !== undefined)
    pieces.push(
      joined(
        test.all.map((one) => member(one, wanted)),
        wanted,
      ),
    )
  if (test.none !== undefined)
    pieces.push(
      joined(
        test.none.map((one) => member(one, !wanted)),
        wanted,
      ),
    )

  const value = factSql(fact, nowMs)
  if (test.known !== undefined) {
    pieces.push({ text: `(${value.text}) IS ${test.known === wanted ? 'NOT ' : ''}NULL`, params: value.params })
  }
  for (const operator of ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const) {
    const operand = test[operator]
    if (operand !== undefined) pieces.push(truth(compared(fact, value, SIGNS[operator], operand), wanted))
  }
  if (test.in !== undefined) pieces.push(truth(oneOf(fact, value, test.in), wanted))
  if (test.notIn !== undefined) {
    pieces.push(truth(noneOf(fact, value, test.notIn), wanted))
  }
  return pieces
}

/** `IS NOT TRUE` and not `COALESCE(…, 0) = 0`: of two such COALESCEs joined by AND, whose subqueries differ only in the
 *  case of a literal (tags VIP and vip), MariaDB 10.11 drops one as a duplicate. */
function truth(piece: SqlText, wanted: boolean): SqlText {
  return wanted ? piece : { text: `(${piece.text}) IS NOT TRUE`, params: piece.params }
}

const bound = (operand: string | number | boolean): SqlValue =>
  typeof operand === 'boolean' ? Number(operand) : operand

function oneOf(fact: Fact, value: SqlText, operands: (string | number | boolean)[]): SqlText {
  const marks = operands.map(() => '?').join(', ')
  const plain = { text: `(${value.text}) IN (${marks})`, params: [...value.params, ...operands.map(bound)] }
  if (fact.type !== 'text') return plain
  const exact = { text: `HEX((${value.text})) IN (${marks})`, params: [...value.params, ...operands.map(hex)] }
  return joined([plain, exact], true)
}

function noneOf(fact: Fact, value: SqlText, operands: (string | number | boolean)[]): SqlText {
  const marks = operands.map(() => '?').join(', ')
  if (fact.type !== 'text') {
    return { text: `(${value.text}) NOT IN (${marks})`, params: [...value.params, ...operands.map(bound)] }
  }
  // SQLite's HEX(NULL) is an empty text, not NULL.
  return {
    text: `((${value.text}) IS NOT NULL AND HEX((${value.text})) NOT IN (${marks}))`,
    params: [...value.params, ...value.params, ...operands.map(hex)],
  }
}

/** MySQL's = takes 'a ' for 'a' even by code point; the bytes in hexadecimal tell them apart on both databases. */
const hex = (operand: string | number | boolean): string => Buffer.from(String(operand)).toString('hex').toUpperCase()

function compared(fact: Fact, value: SqlText, sign: string, operand: string | number | boolean): SqlText {
  // A flag is a condition already, and as such MariaDB may begin with its rows instead of asking for each customer.
  if (fact.type === 'flag') {
    return { text: `${(sign === '=') === operand ? '' : 'NOT '}(${value.text})`, params: value.params }
  }
  if (fact.type === 'text' && sign === '=') return oneOf(fact, value, [operand])
  if (fact.type === 'text') return noneOf(fact, value, [operand])
  return { text: `(${value.text}) ${sign} ?`, params: [...value.params, bound(operand)] }
}

/** The fact's own SQL with `:now` and, for a set, `:member` turned into ordinary marks. */
export function factSql(fact: Fact, nowMs: number, member?: string): SqlText {
  const source = fact.sql(nowMs)
  const params: SqlValue[] = []
  let next = 0
  // Quoted pieces come first in the pattern, so that a mark inside quotes is left alone. (A quoted `?` is not for us to
  // save: the MySQL driver fills it in as well.)
  const text = source.text.replace(/'[^']*'|`[^`]*`|\?|:now\b|:member\b/g, (found) => {
    if (found === '?') params.push(source.params[next++] ?? null)
    else if (found === ':now') params.push(nowMs)
    else if (found === ':member') params.push(member ?? null)
    else return found
    return '?'
  })
  return { text, params }
}
