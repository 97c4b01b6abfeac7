import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { editorSchemas } from './editor-schemas.ts'

const names = {
  tag: new Set(['来源/包裹卡', '来源/门店']),
  pool: new Set(['付费群']),
  script: new Set<string>(),
  welcome: undefined,
}
const schemaOf = (file: string) => JSON.parse(editorSchemas(VOCABULARY, names).get(file) ?? '{}') as object
const enumsIn = (file: string): string[][] => {
  const found = new Set<string>()
  JSON.stringify(schemaOf(file), (key, value: unknown) => {
    if (key === 'enum') found.add(JSON.stringify(value))
    return value
  })
  return [...found].map((one) => JSON.parse(one) as string[])
}

it('offers the names that the other files give, and no list where there are none or where they could not be read', () => {
  expect(enumsIn('sop.json')).toEqual(expect.arrayContaining([['付费群'], ['来源/包裹卡', '来源/门店']]))
  expect(enumsIn('sop.json')).not.toContainEqual([])
  expect(enumsIn('ladder.json')).toEqual(expect.arrayContaining([['付费群'], ['来源/包裹卡', '来源/门店']]))
  expect(enumsIn('channel.json')).toEqual([['来源/包裹卡', '来源/门店']])
  expect(enumsIn('webhook.json')).toEqual([])
})

it('allows other names, which the next file may bring, and refuses what is no text', () => {
  const isGood = new Ajv({ strict: false }).compile(schemaOf('channel.json'))
  const channel = { channel: '甲', guides: ['zhangsan'] }
  expect(isGood({ ...channel, tags: ['来源/包裹卡', '来源/新的'] })).toBe(true)
  expect(isGood({ ...channel, tags: [7] })).toBe(false)
})

it('a condition is offered the names of what it asks for', () => {
  const text = JSON.stringify(schemaOf('send.json'))
  expect(text).toContain('{"enum":["付费群"]}')
  const isGood = new Ajv({ strict: false }).compile(schemaOf('send.json'))
  const send = { send: '甲', content: { text: '您好' }, at: '2026-12-24 10:00' }
  for (const groups of ['付费群', '还没有的群', { any: ['付费群', '别的'] }]) {
    expect([groups, isGood({ ...send, audience: { groups } })]).toEqual([groups, true])
  }
  expect(isGood({ ...send, audience: { groups: 3 } })).toBe(false)
})
