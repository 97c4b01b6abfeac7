import { AppError } from '../../core/kernel/app-error.ts'

/** `wrong-use`: the line cannot be understood, the usage follows by itself (exit code 2). `no`: it was understood, and the
 *  answer is that there is no such thing, or that it cannot be done now (exit code 1). */
export type CliFault = 'wrong-use' | 'no'

/** `zh`: what is wrong, about what, and what to do next. */
export const cliFault = (which: CliFault, zh: string): AppError =>
  new AppError(`cli.${which}`, 'the command was not carried out', { zh })
