import { COMMON, type Command, type Program } from './command.ts'
import { padRight, widthOf } from './pad.ts'
import type { Slot } from './slot.ts'

const CODES = '退出码：0 正常，1 有要处理的、没有找到或读不到，2 用法或设置不对'
/** A left column wider than this stands in a line of its own. */
const WIDEST = 40

const wordText = ({ called, isNeeded, isMany }: Slot<unknown>): string =>
  isNeeded ? `<${called}>` : `[${called}${isMany ? '…' : ''}]`

function optionText(name: string, { called, isNeeded, isMany }: Slot<unknown>): string {
  const text = `--${name}${called === '' ? '' : ` <${called}>`}`
  return isNeeded ? text : `[${text}]${isMany ? '…' : ''}`
}

const shapeOf = ({ name, words, options }: Command): string =>
  [
    name,
    ...Object.values(words).map(wordText),
    ...Object.entries(options).map(([option, slot]) => optionText(option, slot)),
  ]
    .filter((part) => part !== '')
    .join(' ')

/** `npm run -s sop -- undo <SOP> [--yes]`. */
export function usageLine(program: Program, command: Command): string {
  const shape = shapeOf(command)
  return `npm run -s ${program.name}${shape === '' ? '' : ` -- ${shape}`}`
}

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(0, ...rows.map(([left]) => widthOf(left)).filter((wide) => wide <= WIDEST))
  return rows.map(([left, right]) =>
    widthOf(left) > width ? `  ${left}\n  ${padRight('', width)}  ${right}` : `  ${padRight(left, width)}  ${right}`,
  )
}

/** What a program can do: a line each, whose own help tells the rest. */
export function programHelp(program: Program): string {
  const [only, ...others] = program.commands
  if (only !== undefined && others.length === 0 && only.name === '') return commandHelp(program, only)
  const rows = program.commands.map((command): [string, string] => [
    command.name === ''
      ? `（不写命令）${shapeOf(command)}`
      : [command.name, ...Object.values(command.words).map(wordText)].join(' '),
    command.says,
  ])
  return [
    `${program.says}\n\n用法：npm run -s ${program.name} -- <命令> …\n`,
    ...columns(rows),
    ...(program.more === undefined ? [] : ['', program.more]),
    `\n每个命令都有 --help（详细写法）和 --json（给程序读），列表还有 --csv（表格）。\n${CODES}`,
  ].join('\n')
}

export function commandHelp(program: Program, command: Command): string {
  const { words, options, says, more, lists } = command
  const { json, csv, help } = COMMON
  const shown = { ...options, json, ...(lists === true ? { csv } : {}), help }
  const rows = [
    ...Object.values(words).map((slot): [string, string] => [slot.called, slot.says]),
    ...Object.entries(shown).map(([name, slot]): [string, string] => [
      `--${name}${slot.called === '' ? '' : ` ${slot.called}`}`,
      `${slot.says}${slot.isMany ? '（可以写多次）' : ''}`,
    ]),
  ]
  return [
    `用法：${usageLine(program, command)}\n\n${says}\n`,
    ...columns(rows),
    ...(more === undefined ? [] : ['', more]),
    `\n${CODES}`,
  ].join('\n')
}
