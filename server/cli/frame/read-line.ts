import { parseArgs } from 'node:util'
import { withoutInvisible } from '../../core/kernel/shown-name.ts'
import { didYouMean } from '../../rules/condition/did-you-mean.ts'
import { cliFault } from './cli-fault.ts'
import { COMMON, type Command, type Form, type Program } from './command.ts'
import type { Slots } from './slot.ts'

export interface ReadLine {
  command: Command
  values: Record<string, unknown>
  form: Form
}

type Help = { helpOf: Command | undefined }

/** Which command the words call, and what they give it; or whose help they ask for (undefined: the program's). `typed`: the
 *  line after the program's name. Throws cli.wrong-use. */
export function readLine(program: Program, typed: readonly string[]): ReadLine | Help {
  // A name or a path that is copied from a page or a window brings along what nobody sees.
  const words = typed.map(withoutInvisible)
  refuseOtherDashes(program, words)
  const [first = '', ...others] = words
  const root = program.commands.find(({ name }) => name === '')
  const named = program.commands.find(({ name }) => name !== '' && name === first)
  const isHelp = words.some((word) => word === '--help' || word === '-h')
  if (first === 'help') return { helpOf: program.commands.find(({ name }) => name === others[0] && name !== '') }
  if (named === undefined && isHelp) return { helpOf: undefined }
  const command = named ?? (root !== undefined && mayBeRoot(program, root, first) ? root : undefined)
  if (command === undefined) throw strangeCommand(program, first)
  if (isHelp) return { helpOf: command }
  return readWords(command, named === undefined ? words : others)
}

/** `—json`: what chats and documents make of two hyphens. Taken for a word, it would be an SOP or a customer of that name. */
function refuseOtherDashes({ commands }: Program, words: readonly string[]): void {
  const known = new Set(['help', ...Object.keys(COMMON), ...commands.flatMap(({ options }) => Object.keys(options))])
  for (const word of words) {
    const [, name = ''] = /^[-‐-―−－]*[‐-―−－][-‐-―−－]*([\w-]+)/u.exec(word) ?? []
    if (known.has(name)) throw cliFault('wrong-use', `「${word}」前面不是英文的短横，要写 --${name}。`)
  }
}

/** A program may do something without a command's name; what then stands first is an option, or its own first word. */
const mayBeRoot = (program: Program, root: Command, first: string): boolean =>
  first === '' || first.startsWith('-') || (Object.keys(root.words).length > 0 && program.commands.length === 1)

function strangeCommand(program: Program, written: string): Error {
  if (written === '' || written.startsWith('-')) return cliFault('wrong-use', '没有写命令。')
  const meant = didYouMean(
    written,
    program.commands.map(({ name }) => name),
  )
  const hint = meant === undefined || meant === '' ? '' : `是不是想写 ${meant}？`
  if (program.commands.every(({ name }) => name === '')) return cliFault('wrong-use', `后面不用写 ${written}。`)
  return cliFault('wrong-use', `没有「${written}」这个命令。${hint}`)
}

function readWords(command: Command, words: readonly string[]): ReadLine {
  const { given, options } = split(command, words)
  const values: Record<string, unknown> = {}
  const slots = Object.entries(command.words)
  const before = command.name === '' ? '' : `${command.name} `
  for (const [index, [name, slot]] of slots.entries()) {
    const written = slot.isMany ? given.slice(index) : given.slice(index, index + 1)
    if (slot.isNeeded && written.length === 0) throw cliFault('wrong-use', `${before}后面要写 <${slot.called}>。`)
    values[name] = slot.read(written, slot.called)
  }
  const surplus = given[slots.length]
  if (surplus !== undefined && slots.at(-1)?.[1].isMany !== true) {
    throw cliFault('wrong-use', `多了「${surplus}」。名称里有空格时用引号括起来。`)
  }
  for (const [name, slot] of Object.entries(command.options)) {
    const written = options.get(name) ?? []
    if (slot.isNeeded && written.length === 0) throw cliFault('wrong-use', `没有写 --${name} <${slot.called}>。`)
    values[name] = slot.read(written, `--${name}`)
  }
  return { command, values, form: formOf(command, options) }
}

function formOf(command: Command, options: ReadonlyMap<string, readonly string[]>): Form {
  if (options.has('csv')) {
    if (command.lists !== true) throw cliFault('wrong-use', '结果不是列表，没有 --csv；给程序读用 --json。')
    if (options.has('json')) throw cliFault('wrong-use', '--json 和 --csv 只能写一个。')
    return 'csv'
  }
  return options.has('json') ? 'json' : 'text'
}

/** Words apart from options; an option that is given twice keeps the last, where it may not be given often. */
function split(command: Command, words: readonly string[]) {
  const known: Slots = { ...command.options, ...COMMON }
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { called }]) => [name, { type: called === '' ? 'boolean' : 'string' }]),
    ),
  })
  const given: string[] = []
  const options = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') given.push(token.value)
    if (token.kind !== 'option') continue
    const slot = Object.hasOwn(known, token.name) ? known[token.name] : undefined
    if (slot === undefined) {
      const meant = didYouMean(token.name, Object.keys(known))
      throw cliFault('wrong-use', `不认识 ${token.rawName}。${meant === undefined ? '' : `是不是想写 --${meant}？`}`)
    }
    const isBare = token.value === undefined
    if (isBare !== (slot.called === '') || (token.value?.startsWith('--') === true && token.inlineValue !== true)) {
      const what = slot.called === '' ? '后面不用写别的' : `后面要写 <${slot.called}>`
      throw cliFault('wrong-use', `${token.rawName} ${what}。`)
    }
    const before = slot.isMany ? (options.get(token.name) ?? []) : []
    options.set(token.name, [...before, token.value ?? ''])
  }
  return { given, options }
}
