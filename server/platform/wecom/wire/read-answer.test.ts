import Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { KeptId } from '../api/common.ts'
import { get } from './endpoint.ts'
import { isWhole, leftOutOf } from './left-out.ts'

const Row = Type.Object({
  id: KeptId,
  name: Type.Optional(Type.String()),
  age: Type.Optional(Type.Integer()),
  isIn: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
})
const Answer = Type.Object({
  list: Type.Array(Row),
  scene: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
  link: Type.Optional(Type.String({ minLength: 1 })),
})
const endpoint = get({ path: '/cgi-bin/x', request: Type.Object({}), answer: Answer })

function readList(list: unknown) {
  const read = endpoint.readAnswer({ list })
  if ('unreadField' in read) throw new Error(`unread: ${read.unreadField}`)
  return read
}

describe('meanings that are plain', () => {
  it.each([
    ['null is absent', { id: 'a', name: null, tags: null }, { id: 'a' }],
    ['a number stands for its text', { id: 7, name: 0 }, { id: '7', name: '0' }],
    ['a text of digits stands for its number', { id: 'a', age: '12' }, { id: 'a', age: 12 }],
    ['an empty text is no number', { id: 'a', age: '' }, { id: 'a' }],
    ['1 and 0 stand for yes and no', { id: 'a', isIn: 1 }, { id: 'a', isIn: true }],
    ['what is not documented stays', { id: 'a', age: '1', hue: null }, { id: 'a', age: 1, hue: null }],
  ])('%s', (_, row, meant) => {
    const { value, leftOut } = readList([row])
    expect(value.list).toEqual([meant])
    expect(leftOut).toEqual([])
  })

  it('the branch of a union is read like anything else, and an empty text where none may be is absent', () => {
    expect(endpoint.readAnswer({ list: [], scene: '2', link: '' })).toMatchObject({ value: { list: [], scene: 2 } })
  })
})

describe('a row that cannot be used', () => {
  it.each([
    ['without its id', { name: '乙' }, { field: 'list[].id', id: undefined }],
    ['with an empty id', { id: '' }, { field: 'list[].id', id: undefined }],
    ['with a field of another kind', { id: 'b', name: {} }, { field: 'list[].name', id: 'b' }],
    ['with a text that is no number', { id: 'b', age: 'old' }, { field: 'list[].age', id: 'b' }],
    ['with an id longer than is kept', { id: 'x'.repeat(65) }, { field: 'list[].id', id: 'x'.repeat(64) }],
    ['that is null', null, { field: 'list[]', id: undefined }],
  ])('%s is left out and named, and the others count', (_, row, named) => {
    const { value, leftOut } = readList([{ id: 'a', name: null }, row, { id: 'c' }])
    expect(value.list).toEqual([{ id: 'a' }, { id: 'c' }])
    expect(leftOut).toEqual([named])
    expect([isWhole(value.list), isWhole(value)]).toEqual([false, false])
    expect(leftOutOf(value.list)).toEqual([named])
  })

  it('within a row leaves the row in, which is no longer whole', () => {
    const { value } = readList([
      { id: 'a', tags: ['x', null] },
      { id: 'b', tags: null },
    ])
    expect(value.list).toEqual([{ id: 'a', tags: ['x'] }, { id: 'b' }])
    expect(value.list.map(isWhole)).toEqual([false, true])
  })
})

it('an answer whose own field cannot be read is not read at all', () => {
  expect(endpoint.readAnswer({ list: null })).toEqual({ unreadField: 'list' })
  expect(endpoint.readAnswer({ list: {} })).toEqual({ unreadField: 'list' })
  expect(endpoint.readAnswer([])).toEqual({ unreadField: 'the whole' })
})
