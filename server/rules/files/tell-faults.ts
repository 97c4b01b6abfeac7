import type { Logger } from '../../core/kernel/logger.ts'
import type { RuleFault } from './rule-fault.ts'

const LOGGED_FAULTS = 20

/** Told when the faults of the files are others than before; none: they are in force. */
export type OnFaults = (faults: readonly RuleFault[]) => Promise<void>

/** Says what is wrong with the files, once, not on every look. Throws what `onFaults` throws, and then says it again. */
export function createTellFaults(log: Pick<Logger, 'info' | 'warn' | 'error'>, onFaults: OnFaults) {
  let told: string | undefined

  return async (faults: readonly RuleFault[], inForce: string | undefined): Promise<void> => {
    const text = JSON.stringify(faults)
    if (text === told) return
    await onFaults(faults)
    const isFirst = told === undefined
    told = text
    if (faults.length === 0) {
      if (!isFirst) log.info('rule files have no faults any more')
      return
    }
    log.error({ faults: faults.length, inForce }, 'rule files have faults; the last good rules stay')
    for (const { file, line, column, message, suggestion } of faults.slice(0, LOGGED_FAULTS)) {
      log.warn({ file, line, column, fault: message, suggestion }, 'rule fault')
    }
  }
}
