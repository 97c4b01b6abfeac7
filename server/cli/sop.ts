import { mayHaveDatabase } from '../core/db/database-url.ts'
import { AppError } from '../core/kernel/app-error.ts'
import { systemClock } from '../core/kernel/clock.ts'
import { readSomeSettings } from '../settings.ts'
import { type Outcome, runWithDatabase } from './outcome.ts'
import { backtestCommand } from './sop/backtest-command.ts'
import { checkCommand } from './sop/check-command.ts'
import { diffCommand } from './sop/diff-command.ts'
import { experimentCommand } from './sop/experiment-command.ts'
import { planCommand } from './sop/plan-command.ts'
import { promoteCommand, releaseCommand, rollbackCommand, stopCommand } from './sop/release-commands.ts'
import { schemaCommand } from './sop/schema-command.ts'
import type { SopCliDeps, SopCommand } from './sop/sop-command.ts'
import { undoCommand } from './sop/undo-command.ts'
import { upliftCommand } from './sop/uplift-command.ts'
import { versionsCommand } from './sop/versions-command.ts'
import { whyCommand } from './sop/why-command.ts'

const COMMANDS: readonly SopCommand[] = [
  checkCommand,
  schemaCommand,
  planCommand,
  backtestCommand,
  versionsCommand,
  diffCommand,
  rollbackCommand,
  releaseCommand,
  promoteCommand,
  stopCommand,
  experimentCommand,
  upliftCommand,
  whyCommand,
  undoCommand,
]

const nameOf = (command: SopCommand): string => command.usage.split(' ')[0] ?? ''

function usage(): string {
  const lines = COMMANDS.map((command) => `  ${command.usage}\n      ${command.says}`)
  return `用法：npm run -s sop -- <命令>\n\n${lines.join('\n')}\n\n退出码：0 没问题，1 有错误，2 用法不对`
}

const wrong = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${usage()}` })

/** `words`: the command line after the program's name. */
export async function runSop(words: readonly string[], deps: SopCliDeps): Promise<Outcome> {
  const [name, ...rest] = words
  if (name === undefined) return wrong('没有写命令。')
  if (name === 'help' || name === '--help' || name === '-h') return { code: 0, out: usage(), err: '' }
  const command = COMMANDS.find((one) => nameOf(one) === name)
  if (command === undefined) return wrong(`没有「${name}」这个命令。`)
  try {
    return await command.run(rest, deps)
  } catch (error) {
    if (error instanceof AppError && error.code === 'cli.wrong-use') return wrong(error.zh ?? '')
    throw error
  }
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  await runWithDatabase((words, openDb, closeDb) => {
    const settings = readSomeSettings(process.env, ['HUOSHUI_CONFIG', 'DATABASE_URL'])
    const { HUOSHUI_CONFIG: folder, DATABASE_URL } = settings
    const hasDatabase = (): boolean => mayHaveDatabase(DATABASE_URL)
    return runSop(words, { db: openDb, closeDb, hasDatabase, clock: systemClock, folder })
  })
}
