// Adds up vitest's JSON reports and prints the closing line; exits 1 when anything failed or nothing ran.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// All that failed stands together before that line, with the beginning of its reason: of a long run often only the end is kept.
const [folder, passedSteps, ...failedSteps] = process.argv.slice(2)
const REASON_LENGTH = 600
let passed = Number(passedSteps)
let failed = failedSteps.length
const tell = (what, reason = '') => console.error(`✗ ${what}\n${reason.slice(0, REASON_LENGTH)}`.trimEnd())
for (const step of failedSteps) tell(step)
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that could not be loaded has no tests to count.
  for (const file of report.testResults) {
    if (file.status !== 'failed') continue
    const suite = name.replace('.json', '')
    const broken = file.assertionResults.filter((test) => test.status === 'failed')
    for (const { fullName, failureMessages } of broken) tell(`${suite}: ${fullName}`, failureMessages.join('\n'))
    if (broken.length > 0) continue
    failed += 1
    tell(`${suite}: ${file.name}`, file.message)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
