import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { applyEdits } from './edit-text.ts'
import type { FolderChange } from './odd-folder.ts'

/** Makes the changes below `folder`; what cannot be done (a file that is gone, a name too long) is left out. Links come
 *  last, so that nothing is ever written through one. */
export function changeFolder(folder: string, changes: readonly FolderChange[]): void {
  const [links, others] = [changes.filter((one) => one.do === 'link'), changes.filter((one) => one.do !== 'link')]
  for (const change of [...others, ...links]) {
    try {
      make(folder, change)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }
}

function make(folder: string, change: FolderChange): void {
  const path = join(folder, change.file)
  const write = (to: string, content: string | Buffer): void => {
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, content)
  }
  switch (change.do) {
    case 'edit':
      write(path, applyEdits(readFileSync(path, 'utf8'), change.edits))
      break
    case 'bytes': {
      const bytes = readFileSync(path)
      const at = Math.floor(change.at * bytes.length)
      write(path, Buffer.concat([bytes.subarray(0, at), Buffer.from(change.put), bytes.subarray(at + 1)]))
      break
    }
    case 'cut': {
      const bytes = readFileSync(path)
      write(path, bytes.subarray(0, Math.floor(change.at * bytes.length)))
      break
    }
    case 'encode':
      write(path, encoded(readFileSync(path, 'utf8'), change.as))
      break
    case 'rename':
      mkdirSync(dirname(join(folder, change.to)), { recursive: true })
      renameSync(path, join(folder, change.to))
      break
    case 'delete':
      rmSync(path)
      break
    case 'write':
      write(path, change.text.repeat(change.times ?? 1))
      break
    case 'copy':
      mkdirSync(dirname(join(folder, change.to)), { recursive: true })
      copyFileSync(path, join(folder, change.to))
      break
    case 'folder':
      mkdirSync(path, { recursive: true })
      break
    case 'link':
      mkdirSync(dirname(path), { recursive: true })
      symlinkSync(change.to, path)
      break
  }
}

function encoded(text: string, as: (FolderChange & { do: 'encode' })['as']): Buffer {
  switch (as) {
    case 'utf16le':
      return Buffer.from(`\uFEFF${text}`, 'utf16le')
    case 'gbk-like':
      return Buffer.from(text.replaceAll(/[^\0-\x7f]/g, '\xc4\xe3'), 'latin1')
    case 'crlf':
      return Buffer.from(text.replaceAll('\n', '\r\n'))
    case 'cr':
      return Buffer.from(text.replaceAll('\n', '\r'))
    case 'bom':
      return Buffer.from(`\uFEFF${text}`)
  }
}
