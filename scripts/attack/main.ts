import { parseArgs } from 'node:util'
import openRun from '../../server/testing/test-run.ts'
import { ROWS } from './rows.ts'
import { runRows } from './run-rows.ts'

const HELP = `npm run attack -- [--short] [--only ROW,…]

Attacks a Huoshui that it starts itself on 127.0.0.1, with the sandbox for a platform; it knows no other host. Prints for each
row how much was tried and what should not have happened. Exit 0: nothing. On MariaDB with TEST_MYSQL_URL.

${ROWS.map(({ name, says }) => `  ${name.padEnd(16)} ${says}`).join('\n')}`

/** Of one row; the rest is a number. */
const MOST_SHOWN = 10

function readWords() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        short: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const only = values.only?.split(',').map((name) => name.trim())
    const unknown = only?.find((name) => !ROWS.some((row) => row.name === name))
    if (unknown !== undefined) throw new Error(`There is no row ${unknown}.`)
    return { ...values, only }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return undefined
  }
}

async function main(): Promise<number> {
  const words = readWords()
  if (words === undefined) return 2
  if (words.help) {
    console.log(HELP)
    return 0
  }
  const closeRun = openRun()
  let wrong = 0
  try {
    const rows = ROWS.filter(({ name }) => words.only?.includes(name) ?? true)
    await runRows(rows, words.short ? 'short' : 'whole', ({ name, says }, { tried, failed, figures = [] }) => {
      wrong += failed.length
      console.log(`${name}: ${tried} tried, ${failed.length} failed (${says})`)
      for (const line of figures) console.log(`  ${line}`)
      for (const line of failed.slice(0, MOST_SHOWN)) console.log(`  FAILED ${line}`)
      if (failed.length > MOST_SHOWN) console.log(`  … and ${failed.length - MOST_SHOWN} more`)
    })
  } finally {
    await closeRun()
  }
  return wrong === 0 ? 0 : 1
}

process.exitCode = await main()
