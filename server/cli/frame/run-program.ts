import { AppError } from '../../core/kernel/app-error.ts'
import { auditedDesk } from './audited-desk.ts'
import type { Answer, Desk, Form, Program } from './command.ts'
import { csvText } from './csv-text.ts'
import { commandHelp, programHelp, usageLine } from './help-text.ts'
import type { Outcome } from './outcome.ts'
import { type ReadLine, readLine } from './read-line.ts'
import { tellFault } from './tell-fault.ts'

/** `words`: the line after the program's name. Help needs nothing of the desk. Never throws. */
export async function runProgram(program: Program, words: readonly string[], desk: Desk): Promise<Outcome> {
  let line: ReadLine | undefined
  try {
    const read = readLine(program, words)
    if ('helpOf' in read) {
      const { helpOf } = read
      return { code: 0, out: helpOf === undefined ? programHelp(program) : commandHelp(program, helpOf), err: '' }
    }
    line = read
    const audited = auditedDesk(desk, program, line)
    const answer = await audited.run(line.command)
    return outcomeOf(answer, line.form)
  } catch (error) {
    const told = tellFault(error)
    if (!(error instanceof AppError) || error.code !== 'cli.wrong-use') return told
    return { ...told, err: `${told.err}\n${howToWrite(program, words, line)}` }
  }
}

function howToWrite(program: Program, words: readonly string[], line: ReadLine | undefined): string {
  const command = line?.command ?? program.commands.find(({ name }) => name === (words[0] ?? ''))
  if (command === undefined) {
    const names = program.commands.map(({ name }) => name).filter((name) => name !== '')
    const known = names.length === 0 ? '' : `（${names.join('、')}）`
    return `用法：npm run -s ${program.name} -- <命令>${known}；详细：npm run -s ${program.name} -- --help`
  }
  const help = `npm run -s ${program.name} -- ${command.name === '' ? '' : `${command.name} `}--help`
  return `用法：${usageLine(program, command)}；详细：${help}`
}

function outcomeOf({ text, data, sheet, isNo = false, remark = '' }: Answer, form: Form): Outcome {
  const out =
    form === 'json' ? jsonText(data) : form === 'csv' && sheet !== undefined ? csvText(sheet.header, sheet.rows) : text
  return { code: isNo ? 1 : 0, out, err: remark }
}

const jsonText = (data: unknown): string =>
  JSON.stringify(
    data,
    (_key, value: unknown) =>
      value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value,
    2,
  )
