import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { type CallDesk, type GoodCall, openCallDesk } from './facts/good-call.ts'
import { families } from './facts/good-calls/families.ts'
import { leftOut } from './facts/left-out.ts'
import { errcodes, type Fact, facts, parametersOf, requiredOf } from './facts/read-facts.ts'
import { createSandbox } from './sandbox.ts'

/** The double cannot drift from the facts: every documented endpoint is served with its documented parameters and
 *  answers, or is left out for a stated reason. */
const served = new Map(createSandbox({ clock: createSettableClock(0) }).endpoints.map((entry) => [entry.path, entry]))
const servedFacts = facts.filter((fact) => served.has(fact.path))
/** Files go as a form part, not as a parameter. */
const isPart = (fact: Fact, name: string): boolean => fact.request.some((f) => f.name === name && f.type === 'binary')

const desks: CallDesk[] = []
const good = new Map<string, { desk: CallDesk; call: GoodCall }>()

beforeAll(async () => {
  for (const calls of Object.values(families)) {
    const desk = await openCallDesk()
    desks.push(desk)
    await calls(desk)
    for (const call of desk.good) if (call.answer.errcode === 0) good.set(call.path, { desk, call })
  }
})
afterAll(() => Promise.all(desks.map((desk) => desk.close())))

it('documents every endpoint once', () => {
  expect(facts.length).toBe(195)
  expect(new Set(facts.map((fact) => fact.path)).size).toBe(195)
})

it('serves every documented endpoint, or says why not', () => {
  const absent = facts.filter((fact) => !served.has(fact.path)).map((fact) => fact.path)
  expect(leftOut.map(({ path }) => path).sort()).toEqual(absent.sort())
  for (const { why } of leftOut) expect(why.length).toBeGreaterThan(20)
})

it('serves nothing that is not documented', () => {
  const known = new Set(facts.map((fact) => fact.path))
  expect([...served.keys()].filter((path) => !known.has(path))).toEqual([])
})

it('refuses with documented errcodes only', () => {
  const unknown: string[] = []
  for (const file of readdirSync(new URL('./api', import.meta.url)).filter((name) => !name.endsWith('.test.ts'))) {
    const source = readFileSync(new URL(`./api/${file}`, import.meta.url), 'utf8')
    const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    // Other large numbers are written with underscores.
    for (const [number] of code.matchAll(/(?<![\w.])\d{5,6}(?![\w.])/g)) {
      if (!errcodes.has(Number(number))) unknown.push(`${file}: ${number}`)
    }
  }
  expect(unknown).toEqual([])
})

describe.each(servedFacts)('$method $path', (fact) => {
  const entry = served.get(fact.path)
  const declared = Object.keys(entry?.params ?? {}).sort()

  it('is served with the documented method', () => expect(entry?.method).toBe(fact.method))

  it('reads every documented parameter and no other', () => {
    expect(declared).toEqual(
      parametersOf(fact)
        .filter((name) => !isPart(fact, name))
        .sort(),
    )
  })

  it('needs exactly the documented parameters', () => {
    const needed = declared.filter((name) => entry?.params[name]?.missing !== undefined)
    const documented = requiredOf(fact).filter((name) => !name.includes('.') && !isPart(fact, name))
    expect(needed).toEqual(documented.sort())
    for (const name of needed) expect(errcodes).toContain(entry?.params[name]?.missing)
  })

  it('answers a good call with documented fields only', () => {
    const { errcode, errmsg: _text, ...fields } = good.get(fact.path)?.call.answer ?? { errcode: 'never called well' }
    expect(errcode).toBe(0)
    expect([...new Set(fieldsOf(fields))].filter((field) => !isDocumented(fact, field))).toEqual([])
  })

  it('refuses the good call once a documented parameter is taken out', async () => {
    const held = good.get(fact.path)
    for (const name of requiredOf(fact).filter((field) => !isPart(fact, field))) {
      const answer = held && (await spoiled(held.desk, held.call, name))
      if (answer !== undefined)
        expect({ name, known: errcodes.has(answer) && answer !== 0 }).toEqual({ name, known: true })
    }
  })
})

/** Errcode of the call without that field; undefined when the good call has no such place. */
async function spoiled(desk: CallDesk, call: GoodCall, name: string): Promise<number | undefined> {
  const given: unknown = structuredClone(call.method === 'GET' ? call.query : { ...call.query, ...call.body })
  if (!takeOut(given, name.split('.'))) return undefined
  const path = call.path.slice('/cgi-bin/'.length)
  // The query of a call is text, and taking a field out keeps it so.
  if (call.method === 'GET') {
    const answer = await fetch(await desk.address(path, given as Record<string, string>))
    return ((await answer.json()) as { errcode: number }).errcode
  }
  const answer = await fetch(await desk.address(path), { method: 'POST', body: JSON.stringify(given) })
  return ((await answer.json()) as { errcode: number }).errcode // the shape the platform promises
}

function takeOut(value: unknown, [first = '', ...rest]: string[]): boolean {
  if (Array.isArray(value)) return value.map((item) => takeOut(item, [first, ...rest])).some((done) => done)
  if (typeof value !== 'object' || value === null || !(first in value)) return false
  const record = value as Record<string, unknown> // an object, just checked
  if (rest.length > 0) return takeOut(record[first], rest)
  delete record[first]
  return true
}

/** Objects whose inner fields are documented elsewhere (those of attachments) may have any. */
function isDocumented(fact: Fact, field: string): boolean {
  const names = fact.response.map(({ name }) => name)
  const open = fact.response.filter(
    ({ name, type }) => type === 'object' && !names.some((n) => n.startsWith(`${name}.`)),
  )
  return names.includes(field) || open.some(({ name }) => field.startsWith(`${name}.`))
}

/** `a[].b.c` for every value in an answer. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [`${path}[]`, ...value.flatMap((item) => fieldsOf(item, `${path}[]`))]
  if (typeof value !== 'object' || value === null) return path.endsWith('[]') ? [] : [path]
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, path === '' ? key : `${path}.${key}`))
}
