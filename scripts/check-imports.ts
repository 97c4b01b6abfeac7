import { appendFile, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { CODE, copyTree, HOUSE } from './lib/copy-tree.ts'
import { PLANTS } from './lib/forbidden-imports.ts'
import { brokenBy, REACH_RULES } from './lib/reach-rules.ts'

// The rules of the imports, held against a copy of the tree with forbidden imports planted in it: what is reported
// besides them is a fault of the tree, what is not reported of them is a fault of the rules.
async function plantedCopy(): Promise<string> {
  const copy = await copyTree()
  for (const { file, text } of PLANTS) {
    await mkdir(dirname(join(copy, file)), { recursive: true })
    await appendFile(join(copy, file), text)
  }
  return copy
}

interface Violation {
  rule: string
  from: string
  to?: string
}

/** One reading of the tree for all rules: who may import whom is judged by the cruiser, who reaches whom by us (it asks for each
 *  pair of files, which took as long as all the rest). */
async function violationsIn(copy: string): Promise<{ rules: string[]; violations: Violation[] }> {
  const { forbidden = [], options } = await extractDepcruiseConfig(join(HOUSE, '.dependency-cruiser.cjs'))
  const { output } = await cruise(
    CODE,
    { ...options, baseDir: copy, validate: true, ruleSet: { forbidden } },
    options?.enhancedResolveOptions,
    { tsConfig: extractTSConfig(join(copy, 'tsconfig.json')) },
  )
  if (typeof output === 'string') throw new Error(output)
  return {
    rules: [...forbidden.map((rule) => rule.name ?? ''), ...REACH_RULES.map(({ name }) => name)],
    violations: [
      ...output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
      ...REACH_RULES.flatMap((rule) => brokenBy(rule, output.modules).map((from) => ({ rule: rule.name, from }))),
    ],
  }
}

const copy = await plantedCopy()
const { rules, violations } = await violationsIn(copy).finally(() => rm(copy, { recursive: true }))
const planted = new Set(PLANTS.map(({ file }) => file))
const isPlanted = (file: string | undefined): boolean => file !== undefined && planted.has(file)

const faults = [
  ...violations
    .filter(({ from, to }) => !isPlanted(from) && !isPlanted(to))
    .map(({ rule, from, to }) => `${rule}: ${from}${to === undefined ? '' : ` → ${to}`}`),
  ...PLANTS.filter(
    ({ rule, file }) => !violations.some((one) => one.rule === rule && (one.from === file || one.to === file)),
  ).map(({ rule, file }) => `${rule} does not report ${file}, where it is broken on purpose`),
  ...rules
    .filter((name) => !PLANTS.some(({ rule }) => rule === name))
    .map((name) => `${name} is not proved: scripts/lib/forbidden-imports.ts breaks it nowhere`),
]
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
