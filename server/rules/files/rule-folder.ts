import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { didYouMean } from '../condition/did-you-mean.ts'
import { isInside } from './is-inside.ts'
import type { RuleFault } from './rule-fault.ts'
import { isSingle, KINDS, RULE_KINDS, type RuleKind } from './rule-kinds.ts'
import { rulesAmongAssets } from './rules-among-assets.ts'

/** Of which there is one file in the config folder itself, by its name without `.yaml`; and where rules of the others live. */
const SINGLE_FILES: ReadonlyMap<string, RuleKind> = new Map(
  RULE_KINDS.filter(isSingle).map((kind) => [KINDS[kind].place.replace('.yaml', ''), kind]),
)
const FOLDERS: ReadonlyMap<string, RuleKind> = new Map(
  RULE_KINDS.filter((kind) => !isSingle(kind)).map((kind) => [KINDS[kind].place.replace('/', ''), kind]),
)
const [LAST_FILE = '', ...OTHER_FILES] = RULE_KINDS.filter(isSingle)
  .map((kind) => KINDS[kind].place)
  .reverse()
/** channels/、sop/、tags.yaml 或 products.yaml */
const PLACES = `${[...FOLDERS.keys()].join('/、')}/、${OTHER_FILES.reverse().join('、')} 或 ${LAST_FILE}`

export const ASSETS_FOLDER = 'assets'

export interface RuleFile {
  kind: RuleKind
  /** Path below the config folder, with `/`. */
  file: string
  text: string
}

const YAML = /\.ya?ml$/i
/** Misspelt, or with something behind it. */
const LIKE_YAML = /\.y(a?m|ma)/i
/** Of strays of one sort. */
const MOST_NAMED = 20
const MAX_FILE_BYTES = 1_000_000
/** A library of ten thousand scripts is three; what is larger takes the memory of the server to check. */
const MAX_BYTES = 10_000_000
const MAX_FILES = 2_000
const MAX_DEPTH = 5

export interface FoundRules {
  folder: string
  files: RuleFile[]
  faults: RuleFault[]
  remarks: RuleFault[]
}

/** All rule files of a folder in order of their paths. Dot files and what editors and desktops leave behind are left
 *  alone; other files that are no rules are a remark; a rule that would be silently without effect is a fault. Never throws on what it finds. */
export async function readRuleFolder(folder: string): Promise<FoundRules> {
  const files: RuleFile[] = []
  const faults: RuleFault[] = []
  const remarks: RuleFault[] = []
  const fault = (file: string, message: string, suggestion: string): void => {
    faults.push({ file, line: 1, column: 1, message, suggestion })
  }

  let bytes = 0
  for (const file of await listFiles(folder, fault)) {
    const kind = kindOf(file)
    if (!YAML.test(file)) {
      // Whatever was meant as a rule shall not be off in silence.
      const isRule = kind !== undefined || SINGLE_FILES.has(file.split('.')[0] ?? '')
      const isStray = isRule || LIKE_YAML.test(file) || /\.(txt|json|csv|xlsx?|docx?)$|\/[^./]+$/i.test(file)
      const message = '规则文件夹里只认 .yaml 文件，这个文件不会起作用'
      if (isStray) remarks.push({ file, line: 1, column: 1, message, suggestion: '是规则就改成 .yaml，不是就移到别处' })
      continue
    }
    if (kind === undefined) {
      const meant = didYouMean(file.split('/')[0] ?? '', [...FOLDERS.keys()])
      fault(file, '放在这里不会起作用', meant === undefined ? `规则要放在 ${PLACES}` : `是不是想放在 ${meant}/ 里`)
      continue
    }
    const text = await readText(folder, file, fault)
    if (text === undefined) continue
    bytes += Buffer.byteLength(text)
    if (bytes > MAX_BYTES) {
      fault(file, `到这个文件为止，规则文件加起来超过 ${MAX_BYTES / 1_000_000} MB，都没有再看`, '删掉不用的规则')
      return { folder, files: [], faults, remarks }
    }
    files.push({ kind, file, text })
  }
  const message = '素材文件夹里的规则不会起作用'
  const among = { isRule: (name: string) => LIKE_YAML.test(name), most: MOST_NAMED }
  for (const file of await rulesAmongAssets(folder, ASSETS_FOLDER, among)) {
    remarks.push({ file, line: 1, column: 1, message, suggestion: '移到它该在的文件夹，不要了就删掉' })
  }
  return { folder, files, faults, remarks }
}

type Report = (file: string, message: string, suggestion: string) => void

function kindOf(file: string): RuleKind | undefined {
  const single = SINGLE_FILES.get(file.replace(/\.ya?ml$/i, ''))
  if (single !== undefined) return single
  const [folder = '', ...rest] = file.split('/')
  return rest.length > 0 ? FOLDERS.get(folder) : undefined
}

/** WeCom's proof of a domain is served from this folder; it is no rule and no mistake. */
export const isDomainProof = (path: string): boolean => /^WW_verify_[0-9A-Za-z]+\.txt$/.test(path)
const isLeftAlone = (name: string): boolean =>
  /^(\.|~\$|\.~|Thumbs\.db$|desktop\.ini$)/i.test(name) || /(~|\.bak|\.swp|\.orig|\.md)$/.test(name)

async function listFiles(folder: string, fault: Report): Promise<string[]> {
  const found: string[] = []
  const root = await realpath(folder).catch(() => folder)
  /** Real paths, so that a link to a folder above is not walked in circles. */
  const seen = new Set<string>([root])

  async function visit(below: string, depth: number): Promise<void> {
    let names: string[]
    try {
      names = await readdir(join(folder, below))
    } catch {
      fault(below === '' ? '.' : below, '打不开这个文件夹', '检查它是否存在、有没有读取权限')
      return
    }
    if (names.includes('HEAD') && names.includes('objects')) {
      fault(below === '' ? '.' : below, '这里有一个 git 仓库，规则文件夹里不能有', '删掉它，只留规则文件')
      return
    }
    for (const name of names.sort()) {
      const path = below === '' ? name : `${below}/${name}`
      if (isLeftAlone(name) || path === ASSETS_FOLDER || isDomainProof(path)) continue
      if (found.length >= MAX_FILES) break
      await take(path, depth)
    }
  }

  /** Follows links, since a mounted ConfigMap is made of them, but not out of the folder: what lies there is nobody's rule,
   *  and a fault would show it. */
  async function take(path: string, depth: number): Promise<void> {
    const real = await realpath(join(folder, path)).catch(() => undefined)
    const entry = real === undefined ? undefined : await stat(real).catch(() => undefined)
    if (real === undefined || entry === undefined) return fault(path, '打不开这个文件', '检查后删掉或改好')
    if (!isInside(root, real)) return fault(path, '这个链接指向规则文件夹外面', '把文件放进来，删掉链接')
    if (entry.isFile()) return void found.push(path)
    if (!entry.isDirectory() || depth >= MAX_DEPTH || seen.has(real)) {
      return fault(path, '不是普通文件，或者文件夹太深、绕了圈', '检查后删掉或改好')
    }
    seen.add(real)
    await visit(path, depth + 1)
  }

  await visit('', 0)
  if (found.length >= MAX_FILES) fault('.', `规则文件超过 ${MAX_FILES} 个`, '一个文件里可以写多条规则，用 --- 隔开')
  return found
}

async function readText(folder: string, file: string, fault: Report): Promise<string | undefined> {
  // Its size first, and then no more than that: a file of gigabytes would be in memory before anybody could say so, and
  // one that grows meanwhile would go on for ever.
  const size = (await stat(join(folder, file)).catch(() => undefined))?.size ?? 0
  const bytes = size > MAX_FILE_BYTES ? Buffer.alloc(0) : await firstBytes(join(folder, file), MAX_FILE_BYTES + 1)
  if (bytes === undefined) {
    fault(file, '读不了这个文件', '检查读取权限')
    return undefined
  }
  const actual = Math.max(size, bytes.length)
  if (actual > MAX_FILE_BYTES) {
    const most = `一个规则文件最多 ${MAX_FILE_BYTES / 1000} KB，请拆开`
    fault(file, `文件太大（${Math.ceil(actual / 1024)} KB）`, most)
    return undefined
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    fault(file, '文件编码不是 UTF-8', '用编辑器「另存为」选 UTF-8 编码')
    return undefined
  }
}

/** At most so many bytes of a file; undefined when it cannot be read. */
async function firstBytes(path: string, most: number): Promise<Buffer | undefined> {
  const handle = await open(path).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of handle.createReadStream({ autoClose: false, end: most - 1 })) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
    }
    return Buffer.concat(chunks, length)
  } catch {
    return undefined
  } finally {
    await handle.close()
  }
}
