import { appendFile, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { CODE, copyTree, HOUSE } from './lib/copy-tree.ts'
import { PLANTS } from './lib/forbidden-imports.ts'

// The rules of the imports, held against a copy of the tree with forbidden imports planted in it: what is reported
// besides them is a fault of the tree, what is not reported of them is a fault of the rules.
const CRUISES = [
  { config: '.dependency-cruiser.cjs', rooms: CODE },
  { config: '.dependency-cruiser.rehearsal.cjs', rooms: ['server/upkeep/rehearsal'] },
]

async function plantedCopy(): Promise<string> {
  const copy = await copyTree()
  for (const { file, text } of PLANTS) {
    await mkdir(dirname(join(copy, file)), { recursive: true })
    await appendFile(join(copy, file), text)
  }
  return copy
}

interface Report {
  rules: string[]
  violations: { rule: string; from: string; to: string }[]
}

async function reportOf(copy: string, { config, rooms }: (typeof CRUISES)[number]): Promise<Report> {
  const { forbidden = [], options } = await extractDepcruiseConfig(join(HOUSE, config))
  const { output } = await cruise(
    rooms,
    { ...options, baseDir: copy, validate: true, ruleSet: { forbidden } },
    options?.enhancedResolveOptions,
    { tsConfig: extractTSConfig(join(copy, 'tsconfig.json')) },
  )
  if (typeof output === 'string') throw new Error(output)
  return {
    rules: forbidden.map((rule) => rule.name ?? ''),
    violations: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}

const copy = await plantedCopy()
const reports: Report[] = []
try {
  for (const one of CRUISES) reports.push(await reportOf(copy, one))
} finally {
  await rm(copy, { recursive: true })
}
const violations = reports.flatMap((report) => report.violations)
const planted = new Set(PLANTS.map(({ file }) => file))
const isPlanted = (file: string): boolean => planted.has(file)

const faults = [
  ...violations
    .filter(({ from, to }) => !isPlanted(from) && !isPlanted(to))
    .map(({ rule, from, to }) => `${rule}: ${from} → ${to}`),
  ...PLANTS.filter(
    ({ rule, file }) => !violations.some((one) => one.rule === rule && (one.from === file || one.to === file)),
  ).map(({ rule, file }) => `${rule} does not report ${file}, where it is broken on purpose`),
  ...reports
    .flatMap((report) => report.rules)
    .filter((name) => !PLANTS.some(({ rule }) => rule === name))
    .map((name) => `${name} is not proved: scripts/lib/forbidden-imports.ts breaks it nowhere`),
]
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
