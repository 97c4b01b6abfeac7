import { parseArgs } from 'node:util'
import openRun from '../../server/testing/test-run.ts'
import { corpusOf, keepInCorpus } from './corpus.ts'
import { listenForStop } from './listen-for-stop.ts'
import { type Report, runTarget } from './run-target.ts'
import { TARGETS } from './targets.ts'

const HELP = `npm run fuzz -- [--only TARGET,…] [--count N] [--seed N] [--keep]

Plays odd inputs, drawn from a seed, on the real code, and looks for what must not happen. Inputs that failed once are in
scripts/fuzz/corpus.json and come first. A failure is printed with its seed and its shortest input; --keep adds it to the
corpus. Ctrl-C ends it with the report of what was tried. Exit 0: nothing wrong.

${TARGETS.map(({ name, says, count }) => `  ${name.padEnd(16)} ${String(count).padStart(9)}  ${says}`).join('\n')}`

const PROGRESS_EVERY_MS = 30_000

/** Invisible characters are often the point. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e\p{Script=Han}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)

function tell({ target, tried, failures, ended, seconds, memory, figures }: Report): void {
  const { rss, heap, isFlat } = memory
  const flat = isFlat === undefined ? '' : isFlat ? ', flat' : ', GROWING'
  console.log(`${target}: ${tried} tried, ${failures.length} wrong, ${seconds.toFixed(0)} s`)
  console.log(`  memory ${rss.first} → ${rss.last} MB resident, heap ${heap.first} → ${heap.last} MB${flat}`)
  for (const line of figures) console.log(`  ${line}`)
  for (const [how, times] of ended.slice(0, 12)) console.log(`  ${String(times).padStart(9)}  ${how}`)
  for (const { seed, wrong, input } of failures) {
    const from = seed === undefined ? 'corpus' : `--only ${target} --seed ${seed} --count 1`
    console.log(`  WRONG ${wrong}\n    ${from}\n    ${escaped(JSON.stringify(input))}`)
  }
}

function readWords() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        count: { type: 'string' },
        seed: { type: 'string', default: '1' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const only = values.only?.split(',')
    const unknown = only?.find((name) => !TARGETS.some((target) => target.name === name))
    if (unknown !== undefined) throw new Error(`There is no target ${unknown}.`)
    const count = values.count === undefined ? undefined : Number(values.count)
    const seed = Number(values.seed)
    if (!Number.isSafeInteger(count ?? 0) || !Number.isSafeInteger(seed))
      throw new Error('--count and --seed are numbers.')
    return { only, count, seed, keep: values.keep, help: values.help === true }
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
  let isGood = true
  const isStopped = listenForStop()
  try {
    for (const target of TARGETS) {
      if (isStopped()) break
      if (words.only !== undefined && !words.only.includes(target.name)) continue
      const count = words.count ?? target.count
      let toldAt = 0
      const report = await runTarget(target, {
        seed: words.seed,
        count,
        corpus: corpusOf(target.name),
        isStopped,
        onProgress: (tried) => {
          if (Date.now() - toldAt < PROGRESS_EVERY_MS) return
          toldAt = Date.now()
          console.log(`  ${target.name} ${tried} of ${count}`)
        },
      })
      tell(report)
      if (words.keep) keepInCorpus(report.failures)
      if (report.failures.length > 0 || report.memory.isFlat === false) isGood = false
    }
  } finally {
    await closeRun()
  }
  return isGood ? 0 : 1
}

process.exitCode = await main()
