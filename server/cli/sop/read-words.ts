import { type ParseArgsConfig, parseArgs } from 'node:util'
import { AppError } from '../../core/kernel/app-error.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Read<Known extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Known; allowPositionals: true; strict: true }>
>

/** The command line was not understood: `zh` says why to the one who typed it; the usage follows by itself. */
export const wrongUse = (zh: string): AppError =>
  new AppError('cli.wrong-use', 'the command line was not understood', { zh })

/** The words of a command, options apart (as node:util `parseArgs` describes them). `names`: what the words without an
 *  option are, in Chinese; those after `least` may be left out. Throws `wrongUse` for anything else. */
export function readWords<const Known extends Options>(
  words: readonly string[],
  { options, names, least }: { options: Known; names: readonly string[]; least: number },
): { given: string[]; values: Read<Known>['values'] } {
  const read = parse(words, options)
  const given = read.positionals
  const surplus = given[names.length]
  if (surplus !== undefined) {
    throw wrongUse(names.length === 0 ? `后面不用写 ${surplus}。` : `只能写${names.join('、')}，多了 ${surplus}。`)
  }
  if (given.length < least) throw wrongUse(`没有写${names[given.length]}。`)
  return { given, values: read.values }
}

function parse<const Known extends Options>(words: readonly string[], options: Known): Read<Known> {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    const option = /'(-[^' ,]*)/.exec(said)?.[1] ?? ''
    throw wrongUse(said.startsWith('Unknown option') ? `不认识 ${option}。` : `${option} 后面没有写好。`)
  }
}
