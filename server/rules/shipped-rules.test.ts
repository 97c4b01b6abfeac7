import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import { isOfFields } from './condition/profile-path.ts'
import { editorSchemas } from './files/editor-schemas.ts'
import { explainShape } from './files/explain-shape.ts'
import { readRuleFolder } from './files/rule-folder.ts'
import { RULE_KINDS } from './files/rule-kinds.ts'
import { parseYamlRules } from './files/yaml-rules.ts'
import { loadRules } from './load-rules.ts'
import { FactTest } from './schema/condition.ts'
import { ruleFolderOnDisk } from './testing/rule-folder-on-disk.ts'

const CONFIG = 'config'
const { shapes } = VOCABULARY
const { files } = await readRuleFolder(CONFIG)
const { names, fields } = await loadRules(CONFIG, VOCABULARY)

describe('the rules that are shipped', () => {
  it('have no fault', async () => {
    const { book, faults } = await loadRules(CONFIG, VOCABULARY)
    expect(faults).toEqual([])
    expect([...(book?.channels.keys() ?? [])].sort()).toEqual(['包裹卡', '直播间', '门店物料'].sort())
    expect([...(book?.pools.keys() ?? [])].sort()).toEqual(['VIP群', '付费群', '科普群'].sort())
    expect(book?.scripts.size).toBeGreaterThanOrEqual(60)
  })

  it('hold scripts that a person could send: 20 to 120 characters, each with aim and expected answer', async () => {
    const { book } = await loadRules(CONFIG, VOCABULARY)
    for (const { name, value, forCondition } of book?.scripts.values() ?? []) {
      const length = Array.from(value.text).length
      expect([name, length >= 20 && length <= 120]).toEqual([name, true])
      expect([name, value.aim === value.expect]).toEqual([name, false])
      if (forCondition !== undefined) expect([name, value.because]).toEqual([name, expect.any(String)])
    }
  })

  it('ask nobody to share to moments or groups for a reward', () => {
    for (const { file, text } of files) {
      const lines = text.split('\n').filter((line) => !line.startsWith('#'))
      expect([file, lines.filter((line) => /转发(到)?朋友圈|集赞|分享.{0,6}(领|解锁)|助力|砍一刀/.test(line))]).toEqual(
        [file, []],
      )
    }
  })

  it('each name the schema that editors check them with, and pass it', () => {
    const ajv = new Ajv({ strict: false })
    const kinds = new Map<string, ReturnType<Ajv['compile']>>()
    for (const [name, schema] of editorSchemas(VOCABULARY, names, fields))
      kinds.set(name, ajv.compile(JSON.parse(schema) as object))
    for (const { kind, file, text } of files) {
      const depth = file.split('/').length - 1
      expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${'../'.repeat(depth)}.schema/${kind}.json`)
      const validate = kinds.get(`${kind}.json`)
      expect([file, validate?.(parse(text)), validate?.errors]).toEqual([file, true, null])
    }
  })

  it('editors are told that a send goes once or at times, not both, not neither', () => {
    const schema = JSON.parse(editorSchemas(VOCABULARY).get('send.json') ?? '{}') as object
    const isGood = new Ajv({ strict: false }).compile(schema)
    const send = { send: '甲', audience: {}, content: { text: '您好' } }
    const [at, cron] = ['2026-12-24 10:00', '0 10 * * 3']
    expect([{ at }, { cron }, { at, cron }, {}].map((time) => isGood({ ...send, ...time }))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('come with the schemas as they are now (npm run -s sop -- schema writes them)', () => {
    const current = editorSchemas(VOCABULARY, names, fields)
    expect(readdirSync(join(CONFIG, '.schema')).sort()).toEqual([...current.keys()].sort())
    for (const [name, text] of current) expect(readFileSync(join(CONFIG, '.schema', name), 'utf8')).toBe(text)
  })
})

it('the guide for ops staff names every fact and every way to compare', () => {
  const guide = readFileSync(join(CONFIG, 'README.md'), 'utf8')
  const words = [
    ...VOCABULARY.facts.filter((fact) => !isOfFields(fact)).map((fact) => fact.path),
    'profile.',
    ...Object.keys(FactTest.properties),
  ]
  expect(words.filter((word) => !guide.includes(`\`${word}`))).toEqual([])
})

describe('whatever is done to a rule file', () => {
  const source = fc.constantFrom(...files)
  const piece = fc.constantFrom(
    '\t',
    '  ',
    '\n',
    ':',
    ': ',
    '- ',
    '[',
    '}',
    '"',
    "'",
    '|',
    '&a',
    '*a',
    '#',
    '---\n',
    '：',
    '\u0000',
    '\ud800',
    '999',
    'null',
    '',
  )

  it('it is read without an exception, and faults lie inside the file', () => {
    fc.assert(
      fc.property(source, fc.nat(), fc.nat(30), piece, ({ kind, text }, at, cut, put) => {
        const begin = at % (text.length + 1)
        const mangled = text.slice(0, begin) + put + text.slice(begin + cut)
        const lines = mangled.split('\n')
        const { documents, faults } = parseYamlRules('x.yaml', mangled)
        const places = [
          ...faults,
          ...documents.flatMap((document) =>
            shapes
              .faults(kind, document.value)
              .map(({ at: path, key }) => document.locate(path, key ? 'key' : 'value')),
          ),
        ]
        for (const { line, column } of places) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('a shape is explained exactly when the schema refuses it', () => {
    const ajv = new Ajv({ strict: false, unicodeRegExp: true })
    const validators = new Map(RULE_KINDS.map((kind) => [kind, ajv.compile(shapes.schemas[kind])]))
    const junk = fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1.5,
      '',
      'x',
      '10m',
      true,
      [],
      {},
      ['x', 'x'],
      { welcome: 'x' },
      { until: '10:00' },
    )
    fc.assert(
      fc.property(source, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), junk, ({ kind, text }, steps, put) => {
        const value: unknown = parse(text)
        spoil(value, steps, put)
        const accepted = validators.get(kind)?.(value)
        expect([explainShape(shapes.schemas[kind], value).length === 0, JSON.stringify(value)]).toEqual([
          accepted,
          JSON.stringify(value),
        ])
      }),
      { numRuns: 3_000 },
    )
  })

  it('all files together never throw', async () => {
    await fc.assert(
      fc.asyncProperty(source, fc.nat(), fc.nat(60), piece, async ({ file, text }, at, cut, put) => {
        const begin = at % (text.length + 1)
        const made = ruleFolderOnDisk({ [file]: text.slice(0, begin) + put + text.slice(begin + cut) })
        try {
          const { book, faults } = await loadRules(made.folder, VOCABULARY)
          expect(book === undefined).toBe(faults.length > 0)
        } finally {
          made.remove()
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Goes down into the value by the steps, then replaces, adds or takes away something there. */
function spoil(value: unknown, steps: number[], put: unknown): void {
  let node = value
  for (const [index, step] of steps.entries()) {
    if (typeof node !== 'object' || node === null) return
    const holder = node as Record<string, unknown>
    const keys = Object.keys(holder)
    const key = keys[step % Math.max(1, keys.length)]
    if (index === steps.length - 1 || key === undefined) {
      if (key === undefined || step % 3 === 0) holder[Array.isArray(node) ? String(keys.length) : 'extra'] = put
      else if (step % 3 === 1 && !Array.isArray(node)) delete holder[key]
      else holder[key] = put
      return
    }
    node = holder[key]
  }
}
