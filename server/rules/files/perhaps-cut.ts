import { readRuleFolder } from './rule-folder.ts'

/** Is a file now exactly the beginning of what it was? An upload that comes in pieces looks so, and cut at a line's end it is a
 *  good rule without its later steps. (A last line without an end would be no sign: many editors leave that.)
 *  `before`: texts by file. */
export async function isPerhapsCut(folder: string, before: ReadonlyMap<string, string>): Promise<boolean> {
  const { files } = await readRuleFolder(folder)
  return files.some(({ file, text }) => {
    const earlier = before.get(file)
    return earlier !== undefined && text.length < earlier.length && earlier.startsWith(text)
  })
}
