import type { SeededRandom } from '../../sandbox/random.ts'
import { drawEdit, type Edit } from './edit-text.ts'

/** One change to a folder of rules. Files are paths below it. */
export type FolderChange =
  | { do: 'edit'; file: string; edits: Edit[] }
  /** Bytes, not characters: put at a share of the file's length. */
  | { do: 'bytes'; file: string; at: number; put: number[] }
  | { do: 'cut'; file: string; at: number }
  | { do: 'encode'; file: string; as: 'utf16le' | 'gbk-like' | 'crlf' | 'cr' | 'bom' }
  | { do: 'rename'; file: string; to: string }
  | { do: 'delete'; file: string }
  | { do: 'write'; file: string; text: string; times?: number }
  | { do: 'copy'; file: string; to: string }
  | { do: 'folder'; file: string }
  | { do: 'link'; file: string; to: string }

/** What means something to YAML, to our rules or to a Chinese keyboard. */
const WORDS: readonly string[] = [
  ...[': ', ':', '：', '- ', '-', '—', '#', ' #', '[', ']', '{', '}', '［', '「', '"', "'", '“', '”', '|', '|-', '>'],
  ...[
    '&a ',
    '*a',
    '!!js/function ',
    '!!binary ',
    '!tag ',
    '<<: ',
    '? ',
    '%YAML 1.1\n',
    '---\n',
    '\n---\n',
    '...\n',
    '~',
  ],
  ...['null', 'true', 'no', '.inf', '-.nan', '0', '-1', '1e999', '0x10', '0o7', '1_000', '99999999999999999999', '3.7'],
  ...[
    '2026-02-30',
    '2026-12-24 10:00',
    '25:00',
    '09:60',
    '10m',
    '-10m',
    '0s',
    '99999d',
    '1.5h',
    '一天',
    '10 分钟',
    '100%',
  ],
  ...[
    '{客户昵称}',
    '{不认识}',
    '{',
    '}}',
    '加微信返现',
    '点赞 38 个',
    '\t',
    '\u3000',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\0',
    '\r',
    '\u2028',
  ],
  ...['<<<<<<< HEAD\n', '=======\n', '>>>>>>> x\n', '__proto__: 1\n', 'constructor: 1\n', 'toString', '😀', '\ud800'],
  ...[
    '新客首单',
    '科普群',
    '付费群',
    '包裹卡',
    'customer.added',
    'order.paid',
    'orders.paid.count',
    'guide',
    'welcome',
  ],
  ...[
    'not: ',
    'any: ',
    'all: ',
    'gte: ',
    'when: {}',
    'when: []',
    'steps: []',
    '- wait: 0m\n',
    '- leave\n',
    'enabled: false\n',
  ],
  ...['{ a: { a: { a: { a: {} } } } }', '王'.repeat(600), '['.repeat(150), '- '.repeat(50), `${' '.repeat(40)}x: 1\n`],
]
const FOLDERS = [
  'sop',
  'channels',
  'welcomes',
  'groups',
  'scripts',
  'sends',
  'tiers',
  'webhooks',
  'assets',
  'sops',
  'x',
  '.git',
]
const ENDINGS = [
  '.yaml',
  '.yml',
  '.YAML',
  '.yaml.txt',
  '.ymal',
  '.yaml~',
  '.json',
  '',
  '.yaml.disabled',
  ' .yaml',
  '.yaml ',
]
const STEMS = [
  '副本',
  'a b',
  '😀',
  '-x',
  '#',
  '%2e',
  'con',
  '__proto__',
  "'",
  '\u202Eabc',
  '王'.repeat(60),
  '新建 文本文档',
]
const LINKS = [
  '/etc/passwd',
  '/proc/self/mem',
  '/dev/zero',
  '/',
  '..',
  '.',
  '../..',
  'nowhere',
  '/tmp',
  'tags.yaml',
  'sop',
]

/** Some changes to a folder with these files: mostly to their texts, some to the files themselves. */
export function oddFolder(random: SeededRandom, files: Readonly<Record<string, string>>): FolderChange[] {
  const names = Object.keys(files)
  const many = random.int(4) === 0 ? 1 + random.int(6) : 1
  return Array.from({ length: many }, () => {
    const file = random.pick(names)
    const text = files[file] ?? ''
    return random.int(5) === 0 ? changeFile(random, file, names) : changeText(random, file, text)
  })
}

function changeText(random: SeededRandom, file: string, text: string): FolderChange {
  switch (random.int(12)) {
    case 0:
      return {
        do: 'bytes',
        file,
        at: random.next(),
        put: Array.from({ length: 1 + random.int(3) }, () => random.int(256)),
      }
    case 1:
      return { do: 'cut', file, at: random.next() }
    case 2:
      return { do: 'encode', file, as: random.pick(['utf16le', 'gbk-like', 'crlf', 'cr', 'bom'] as const) }
    case 3:
    case 4:
    case 5:
      return { do: 'edit', file, edits: [changeValue(random, text)] }
    case 6:
    case 7:
      return { do: 'edit', file, edits: [changeLine(random, text)] }
    default:
      return { do: 'edit', file, edits: Array.from({ length: 1 + random.int(3) }, () => drawEdit(random, text, WORDS)) }
  }
}

/** Another key or value in place of one. */
function changeValue(random: SeededRandom, text: string): Edit {
  const found = [...text.matchAll(/(?<=: |- |[[{,] ?)[^\s,:[\]{}][^,\n[\]{}]*|[\w.]+(?=:)/g)]
  if (found.length === 0) return drawEdit(random, text, WORDS)
  const { index, 0: old } = random.pick(found)
  const other = random.int(2) === 0 ? random.pick(WORDS) : random.pick(found)[0]
  return { at: index, cut: old.length, put: random.int(6) === 0 ? old + old.slice(-1) : other }
}

/** A line moved, indented, doubled or taken away. */
function changeLine(random: SeededRandom, text: string): Edit {
  const lines = text.split('\n')
  const n = random.int(lines.length)
  const at = lines.slice(0, n).join('\n').length + (n === 0 ? 0 : 1)
  const line = lines[n] ?? ''
  switch (random.int(5)) {
    case 0:
      return { at, cut: 0, put: random.pick(['  ', ' ', '\t', '# ', '- ']) }
    case 1:
      return { at, cut: line.length - line.trimStart().length, put: '' }
    case 2:
      return { at, cut: 0, put: `${line}\n` }
    case 3:
      return { at, cut: 0, put: `${random.pick(lines)}\n` }
    default:
      return { at, cut: line.length + 1, put: '' }
  }
}

function changeFile(random: SeededRandom, file: string, names: readonly string[]): FolderChange {
  const [folder = ''] = file.split('/')
  const stem = random.int(2) === 0 ? random.pick(STEMS) : (file.split('/').at(-1) ?? '').replace(/\.yaml$/, '')
  const place = random.int(2) === 0 ? folder : random.pick(FOLDERS)
  const to = `${place}/${stem}${random.pick(ENDINGS)}`
  switch (random.int(8)) {
    case 0:
      return { do: 'delete', file }
    case 1:
    case 2:
      return { do: 'rename', file, to }
    case 3:
      return { do: 'copy', file, to }
    case 4:
      return { do: 'link', file: to, to: random.int(2) === 0 ? random.pick(LINKS) : `../${random.pick(names)}` }
    case 5:
      return { do: 'folder', file: to }
    case 6:
      return {
        do: 'write',
        file: to,
        text: random.pick(['', '# 空\n', '---\n', 'x', 'sop:\n', '{}', '[]', 'null', '- a\n']),
      }
    default:
      return { do: 'write', file: to, text: random.pick(WORDS), times: random.pick([2, 100, 10_000, 400_000]) }
  }
}
