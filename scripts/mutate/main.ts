import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createSeededRandom } from '../../sandbox/random.ts'
import { findMutants, type Mutant } from './find-mutants.ts'
import { codeOf, ROOMS, testsOf } from './rooms.ts'
import { openWorkbench } from './try-mutants.ts'

const HELP = `npm run mutate -- [rooms, files or file:line …] [--sample N] [--seed N] [--workers N] [--near]

Makes small changes to the code of rooms that decide much, one at a time, and runs the room's tests on each, then the
few elsewhere that are about it, then all others of the server; each is printed with what became of it (endless: tests hung, which is noticed). Without
--sample all are tried, which takes a day. With --near
the others are left out: what survives then may still be noticed. Exit 0: as many as wanted were noticed.`

/** Of a hundred changes, tests must notice so many. */
const WANTED = 85

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      near: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    console.log(HELP)
    return 0
  }
  const isChosen = ({ file, line }: Mutant): boolean =>
    positionals.length === 0 || positionals.some((part) => `${file}:${line}`.endsWith(part) || file.includes(part))
  const found = Object.keys(ROOMS).flatMap((room) =>
    codeOf(room)
      .flatMap((file) => findMutants(file, readFileSync(file, 'utf8')))
      .filter(isChosen)
      .map((mutant) => ({ room, mutant })),
  )
  const random = createSeededRandom(Number(values.seed))
  const sample = random.shuffle(found).slice(0, Number(values.sample ?? found.length))
  const rooms = [...new Set(sample.map(({ room }) => room))]
  console.log(`${sample.length} of ${found.length} changes in ${rooms.length} rooms, seed ${values.seed}`)

  const survivors: Mutant[] = []
  let tried = 0
  const next = sample.values()
  await Promise.all(Array.from({ length: Number(values.workers) }, () => work()))

  async function work(): Promise<void> {
    const bench = openWorkbench()
    try {
      for (const { room, mutant } of next) {
        const outcome = await bench.tryOut(mutant, testsOf(room).slice(0, values.near ? 2 : 3))
        tried += 1
        if (outcome === 'survived') survivors.push(mutant)
        console.log(`${tried}/${sample.length} ${outcome} ${mutant.file}:${mutant.line} ${mutant.says}`)
      }
    } finally {
      bench.close()
    }
  }

  const noticed = ((sample.length - survivors.length) / sample.length) * 100
  console.log(`${noticed.toFixed(1)} % noticed: ${sample.length - survivors.length} of ${sample.length}`)
  return noticed >= WANTED ? 0 : 1
}

process.exitCode = await main()
