import { AppError } from '../../core/kernel/app-error.ts'
import type { Check } from './check.ts'
import type { DoctorContext } from './doctor-context.ts'
import { CannotLook, type Finding, GROUPS, type Group, unknown } from './finding.ts'

export interface Report {
  /** UTC milliseconds, by our clock. */
  atMs: number
  /** How long it took. */
  ms: number
  groups: { group: Group; findings: Finding[] }[]
}

const DEFAULT_TIMEOUT_MS = 8_000

/** Runs all checks side by side, each within its time; never throws. `onDone` hears how many have come to an end. */
export async function examine(
  context: DoctorContext,
  checks: readonly Check[],
  onDone: (done: number, all: number) => void = () => undefined,
): Promise<Report> {
  const startedAt = performance.now()
  const atMs = context.clock.now()
  let done = 0
  const found = await Promise.all(
    checks.map(async (check) => {
      const findings = await lookInTime(check, context)
      done += 1
      onDone(done, checks.length)
      return { group: check.group, findings }
    }),
  )
  const groups = GROUPS.map((group) => ({
    group,
    findings: found.flatMap((one) => (one.group === group ? one.findings : [])),
  }))
  return {
    atMs,
    ms: Math.round(performance.now() - startedAt),
    groups: groups.filter((one) => one.findings.length > 0),
  }
}

async function lookInTime(check: Check, context: DoctorContext): Promise<Finding[]> {
  const { what, timeoutMs = DEFAULT_TIMEOUT_MS } = check
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>((resolve) => {
    const finding = unknown(what, `${timeoutMs / 1000} 秒内没有结果，请再检查一次`)
    timer = setTimeout(() => resolve(finding), timeoutMs)
  })
  try {
    return [await Promise.race([check.look(context), late])].flat()
  } catch (error) {
    return [unknown(what, `无法检查，因为${spaced(reasonOf(error))}`)]
  } finally {
    clearTimeout(timer)
  }
}

/** Between Chinese and Latin stands a blank. */
const spaced = (text: string): string => (/^\w/.test(text) ? ` ${text}` : text)

/** Driver errors may quote what they were given: only their code is told. */
function reasonOf(error: unknown): string {
  if (error instanceof CannotLook) return error.message
  if (error instanceof AppError) return error.zh ?? error.code
  return error instanceof Error && 'code' in error ? `出了意外（${String(error.code)}）` : '出了意外'
}
