import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { VOCABULARY } from '../../../server/capabilities/vocabulary.ts'
import { sopProgram } from '../../../server/cli/sop.ts'
import { createSettableClock } from '../../../server/core/kernel/clock.ts'
import { bindBook, type RuleSources } from '../../../server/rules/book/bind-book.ts'
import { folderSignature } from '../../../server/rules/files/folder-signature.ts'
import { formatFault, type RuleFault } from '../../../server/rules/files/rule-fault.ts'
import { type LoadedRules, loadRules } from '../../../server/rules/load-rules.ts'
import { GOOD_RULES, TINY_PNG } from '../../../server/rules/testing/rule-folder-on-disk.ts'
import { runCommand } from '../../../server/testing/run-command.ts'
import { changeFolder } from '../change-folder.ts'
import { applyEdits, shorterTexts, withoutOne } from '../edit-text.ts'
import { namedButLost } from '../named-in-files.ts'
import { type FolderChange, oddFolder } from '../odd-folder.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

/** A faultless folder and what is changed in it. */
interface FolderCase {
  of: keyof ReturnType<typeof seeds>
  changes: FolderChange[]
}

/** CPU time: the machine may be busy with other things, which makes that dearer, too: 5.1 s of a sound folder at a load of 12. */
const MOST_CPU_MS = 10_000
const clock = createSettableClock('2026-11-22T09:00:00+08:00')

/** Texts of the rule files of faultless folders, by the folder's name. */
function seeds() {
  return {
    small: { ...GOOD_RULES },
    shipped: filesBelow('config'),
    bank: filesBelow('scripts/fuzz/seeds/bank'),
    course: filesBelow('scripts/fuzz/seeds/course'),
    frozen: filesBelow('scripts/fuzz/seeds/frozen'),
  }
}

const textsBelow = (folder: string): string => Object.values(filesBelow(folder)).join('\n')

function filesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

async function open(): Promise<Bench<FolderCase>> {
  const known = seeds()
  const names = Object.keys(known) as (keyof typeof known)[] // its own keys
  const root = mkdtempSync(join(tmpdir(), 'huoshui-fuzz-'))
  const stalls = monitorEventLoopDelay({ resolution: 5 })
  let longestCpuMs = 0
  let longestStallMs = 0
  let slowest = ''
  let played = 0

  function lay(folder: string, { of, changes }: FolderCase): void {
    for (const [file, text] of Object.entries(known[of])) put(join(folder, file), text)
    const images = Object.values(known[of]).flatMap((text) => text.match(/[\w/-]+\.(?:png|jpg)/g) ?? [])
    for (const image of new Set(images))
      put(join(folder, 'assets', image), image.endsWith('.png') ? TINY_PNG : TINY_JPG)
    changeFolder(folder, changes)
  }

  async function play(one: FolderCase): Promise<Verdict> {
    const folder = join(root, String(played++))
    mkdirSync(folder)
    lay(folder, one)
    try {
      stalls.reset()
      stalls.enable()
      const before = process.cpuUsage()
      await folderSignature(folder)
      const loaded = await loadRules(folder, VOCABULARY)
      const { user, system } = process.cpuUsage(before)
      await new Promise((resolve) => setImmediate(resolve))
      stalls.disable()
      const cpuMs = (user + system) / 1_000
      if (cpuMs > longestCpuMs) slowest = JSON.stringify(one).slice(0, 300)
      longestCpuMs = Math.max(longestCpuMs, cpuMs)
      longestStallMs = Math.max(longestStallMs, stalls.max / 1e6)
      const ended = loaded.book === undefined ? `refused, ${faultsWord(loaded.faults.length)}` : 'in force'
      if (cpuMs > MOST_CPU_MS) return { ended, wrong: `took ${Math.round(cpuMs)} ms` }
      const wrong =
        (await wrongIn(folder, loaded)) ?? (played % 5 === 0 ? await wrongAtCheck(folder, loaded) : undefined)
      return wrong === undefined ? { ended } : { ended, wrong }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  return {
    make: (random) => {
      const of = random.pick(names)
      return { of, changes: oddFolder(random, known[of]) }
    },
    play: async (inputs) => {
      const verdicts: Verdict[] = []
      for (const one of inputs) verdicts.push(await play(one))
      return verdicts
    },
    shorten: function* (one) {
      for (const changes of withoutOne(one.changes)) yield { ...one, changes }
      for (const [index, change] of one.changes.entries()) {
        for (const shorter of shorterChanges(change, known[one.of][change.file])) {
          yield { ...one, changes: one.changes.with(index, shorter) }
        }
      }
    },
    figures: () => [
      `longest load ${longestCpuMs.toFixed(0)} ms of CPU, longest stall ${longestStallMs.toFixed(0)} ms`,
      `slowest ${slowest}`,
    ],
    close: async () => rmSync(root, { recursive: true, force: true }),
  }
}

const TINY_JPG = Buffer.from('ffd8ffe000104a464946', 'hex')
function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
const faultsWord = (count: number): string => (count === 1 ? 'one fault' : count <= 5 ? 'some faults' : 'many faults')

/** A file written whole is easier to read than edits to one; and gets shorter. */
function* shorterChanges(change: FolderChange, text: string | undefined): Iterable<FolderChange> {
  if (change.do === 'edit') {
    for (const edits of withoutOne(change.edits)) yield { ...change, edits }
    if (text !== undefined) yield { do: 'write', file: change.file, text: applyEdits(text, change.edits) }
  }
  if (change.do !== 'write') return
  if (change.times !== undefined) yield { ...change, times: Math.ceil(change.times / 2) }
  for (const shorter of shorterTexts(change.text)) yield { ...change, text: shorter }
}

async function wrongIn(folder: string, { book, sources, faults, advice }: LoadedRules): Promise<string | undefined> {
  if ((book === undefined) !== faults.length > 0) return 'a book with faults, or neither'
  for (const fault of [...faults, ...advice]) {
    const wrong = wrongInFault(folder, fault)
    if (wrong !== undefined) return `${wrong}: ${formatFault(fault)}`
  }
  if (book === undefined || sources === undefined) return undefined
  // As it comes back from the database, where the last good book waits.
  const again = await bindBook(JSON.parse(JSON.stringify(sources)) as RuleSources, VOCABULARY.facts)
  if (again.version !== book.version) return 'the book that was stored is another one'
  const [lost] = namedButLost(folder, book).filter(({ file }) => !advice.some((one) => one.file === file))
  return lost === undefined ? undefined : `accepted in silence without the ${lost.kind} that ${lost.file} names`
}

const RAW_WORDS =
  /\b(?:undefined|NaN|Error|Exception|null pointer|unexpected|object Object)\b|\bat \w+ \(|[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/
const RAW_VALUES = /undefined|\[object|NaN/

/** Ops staff read it: a place that exists, Chinese, and nothing that a program says to programmers. */
function wrongInFault(folder: string, { file, line, column, message, suggestion = '' }: RuleFault): string | undefined {
  if (!/\p{Script=Han}/u.test(message)) return 'not in Chinese'
  const said = `${message} ${suggestion}`.replaceAll(/「[^」]*」?/gu, '')
  const raw = RAW_WORDS.exec(said)?.[0] ?? RAW_VALUES.exec(message)?.[0]
  // Unless somebody named a rule so.
  if (raw !== undefined && !textsBelow(folder).includes(raw)) return `says ${raw}`
  if (line < 1 || column < 1 || !Number.isInteger(line) || !Number.isInteger(column)) return 'no place'
  if (line === 1 && column === 1) return undefined
  const lines = readFileSync(join(folder, file), 'utf8').split('\n')
  const text = lines[line - 1]
  if (text === undefined) return 'a line that is not there'
  return column > text.length + 1 ? 'a column that is not there' : undefined
}

async function wrongAtCheck(folder: string, { book, faults }: LoadedRules): Promise<string | undefined> {
  const outcome = await runCommand(sopProgram, ['check', folder], { clock })
  if (outcome.code !== (book === undefined ? 1 : 0)) return `sop check says ${outcome.code}`
  const told = outcome.out.split('\n').length
  return book === undefined && told !== faults.length ? `sop check tells ${told} of ${faults.length} faults` : undefined
}

export const ruleFolders = defineTarget<FolderCase>({
  name: 'rule-folders',
  says: 'folders of rules that were spoilt: never thrown at, never slow, each fault has a place and Chinese words, no rule is lost in silence',
  count: 10_000,
  brief: 24,
  batch: 4,
  open,
})
