import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { expect, it } from 'vitest'
import { everyEndpoint, type Shape, wholeAnswer } from '../testing/whole-answer.ts'
import { isWhole } from '../wire/left-out.ts'

interface Place {
  at: (string | number)[]
  isOptional: boolean
  isRow: boolean
}

function places(schema: TSchema, at: (string | number)[] = [], isRow = false): Place[] {
  const shape: Shape = schema
  const all = (shape.allOf ?? []).flatMap((part) => places(part, at, isRow))
  const branch = shape.anyOf?.[0] === undefined ? [] : places(shape.anyOf[0], at, isRow)
  const rows = shape.type === 'array' && shape.items !== undefined ? places(shape.items, [...at, 0], true) : []
  const fields = Object.entries(shape.properties ?? {}).flatMap(([name, one]) => [
    { at: [...at, name], isOptional: !(shape.required ?? []).includes(name), isRow },
    ...places(one, [...at, name], isRow),
  ])
  return [...all, ...branch, ...rows, ...fields]
}

type Fields = Record<string | number, unknown>
function spoil(
  answer: unknown,
  at: (string | number)[],
  how: (holder: Fields, name: string | number) => void,
): unknown {
  const copy = structuredClone(answer)
  let holder = copy as Fields // it was made by `wholeAnswer`, with every place in it
  for (const step of at.slice(0, -1)) holder = holder[step] as Fields
  how(holder, at.at(-1) ?? '')
  return copy
}

const WAYS: Record<string, (holder: Fields, name: string | number) => void> = {
  null: (holder, name) => {
    holder[name] = null
  },
  absent: (holder, name) => {
    delete holder[name]
  },
  'of another kind': (holder, name) => {
    holder[name] = typeof holder[name] === 'object' ? 'odd' : { odd: true }
  },
  empty: (holder, name) => {
    holder[name] = Array.isArray(holder[name]) ? [] : ''
  },
  'with more in it': (holder) => {
    holder.odd_new_field = { odd: [null] }
  },
}

it('every field of every answer may be null, absent, of another kind, empty or more: read, left out by name, or refused', async () => {
  const endpoints = await everyEndpoint()
  let played = 0
  const wrong: string[] = []
  for (const { path, answer, binary, whole: isAllOrNothing, readAnswer } of endpoints.values()) {
    if (binary) continue
    const good = wholeAnswer(answer)
    if (!Value.Check(answer, good)) wrong.push(`${path}: the sample does not fit its own schema`)
    for (const { at, isOptional, isRow } of places(answer)) {
      for (const [way, how] of Object.entries(WAYS)) {
        played += 1
        const told = `${path} ${at.join('.')} ${way}`
        const read = readAnswer(spoil(good, at, how))
        if ('unreadField' in read) {
          const mayBeMissing = isOptional && way !== 'of another kind'
          const costsTheWhole = isRow && !isAllOrNothing
          if (mayBeMissing || costsTheWhole || way === 'with more in it')
            wrong.push(`${told}: the whole answer refused`)
          continue
        }
        if (!Value.Check(answer, read.value)) wrong.push(`${told}: accepted, and not of the documented shape`)
        if (isWhole(read.value as object) !== (read.leftOut.length === 0)) wrong.push(`${told}: left out unseen`)
        if (way === 'of another kind' && read.leftOut.length === 0) wrong.push(`${told}: dropped in silence`)
        if (isOptional && way !== 'of another kind' && read.leftOut.length > 0) wrong.push(`${told}: costs its row`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(endpoints.size).toBeGreaterThan(120)
  expect(played).toBeGreaterThan(1_000)
})
