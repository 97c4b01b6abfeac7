// Adds up vitest's JSON reports and prints the closing line; exits 1 when anything failed or nothing ran.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, passedSteps, failedSteps] = process.argv.slice(2)
let passed = Number(passedSteps)
let failed = Number(failedSteps)
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that could not be loaded has no tests to count.
  for (const file of report.testResults) {
    if (file.status !== 'failed') continue
    if (!file.assertionResults.some((test) => test.status === 'failed')) failed += 1
    for (const test of file.assertionResults.filter((entry) => entry.status === 'failed')) {
      console.error(`✗ ${name.replace('.json', '')}: ${test.fullName}`)
    }
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
