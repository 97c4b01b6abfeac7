import type { ContentRule } from '../../rules/schema/content.ts'
import type { SendSnapshot } from './send-run.ts'

type Said = Pick<SendSnapshot, 'content'> & { variants?: SendSnapshot['variants'] | undefined }

/** What goes out by a task of this version. Of one that nobody has drawn or chosen it is what stands outside of all versions: nothing. */
export const contentOf = ({ content, variants }: Said, variant: string | null): ContentRule =>
  variants?.of.find(({ name }) => name === variant)?.content ?? content

/** The how manieth version it is, from 1; undefined: there is one for all. */
export function numberOf({ variants }: Pick<Said, 'variants'>, variant: string | null): number | undefined {
  const nth = variants?.of.findIndex(({ name }) => name === variant) ?? -1
  return nth < 0 ? undefined : nth + 1
}

/** 群发「大促」, 群发「大促」的「老客」版 */
export const titleOf = (sendName: string, variant: string | null | undefined): string =>
  variant === null || variant === undefined ? `群发「${sendName}」` : `群发「${sendName}」的「${variant}」版`
