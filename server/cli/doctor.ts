import { pathToFileURL } from 'node:url'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { examineSettings } from '../settings.ts'
import type { Check } from '../upkeep/doctor/check.ts'
import { CHECKS } from '../upkeep/doctor/check-list.ts'
import { createPatient } from '../upkeep/doctor/doctor-context.ts'
import { examine } from '../upkeep/doctor/examine.ts'
import { countOf, reportText } from '../upkeep/doctor/report-text.ts'
import { type Outcome, printOutcome } from './outcome.ts'

const USAGE = `用法：
  npm run -s doctor              检查设置、企业微信、回调、数据库和运行情况，每个问题给出下一步
  npm run -s doctor -- --json    同样的结果，JSON

用与服务一样的环境变量运行。服务没有启动、设置有错时也能用，查不了的会写明原因。
退出码：0 没有要修的，1 有要修的，2 用法不对。`

export interface DoctorCliDeps {
  env: Record<string, string | undefined>
  clock: Clock
  /** Default: all. */
  checks?: readonly Check[]
}

/** `words`: the command line after the program's name. Writes one row to the database and one file to its folder, and takes
 *  both back. */
export async function runDoctor(words: readonly string[], deps: DoctorCliDeps): Promise<Outcome> {
  const isJson = words[0] === '--json'
  if (words[0] === 'help' || words[0] === '--help' || words[0] === '-h') return { code: 0, out: USAGE, err: '' }
  const wrong = words[isJson ? 1 : 0]
  if (wrong !== undefined) return { code: 2, out: '', err: `没有「${wrong}」这个选项。\n\n${USAGE}` }
  const { values, faults } = examineSettings(deps.env)
  const context = createPatient({ settings: values, settingFaults: faults, clock: deps.clock })
  try {
    const report = await examine(context, deps.checks ?? CHECKS)
    const code = countOf(report, 'fail') > 0 ? 1 : 0
    return { code, out: isJson ? JSON.stringify(report, null, 2) : reportText(report), err: '' }
  } finally {
    await context.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  printOutcome(await runDoctor(process.argv.slice(2), { env: process.env, clock: systemClock }))
}
