import type { Program } from './frame/command.ts'
import { backtestCommand } from './sop/backtest-command.ts'
import { calibrateCommand } from './sop/calibrate-command.ts'
import { checkCommand } from './sop/check-command.ts'
import { diffCommand } from './sop/diff-command.ts'
import { experimentCommand } from './sop/experiment-command.ts'
import { planCommand } from './sop/plan-command.ts'
import { promoteCommand, releaseCommand, rollbackCommand, stopCommand } from './sop/release-commands.ts'
import { schemaCommand } from './sop/schema-command.ts'
import { undoCommand } from './sop/undo-command.ts'
import { upliftCommand } from './sop/uplift-command.ts'
import { versionsCommand } from './sop/versions-command.ts'
import { whyCommand } from './sop/why-command.ts'

export const sopProgram: Program = {
  name: 'sop',
  says: '规则：检查、预演、回测、发布、解释。',
  commands: [
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
    calibrateCommand,
    whyCommand,
    undoCommand,
  ],
}
