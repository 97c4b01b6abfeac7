import { plainText } from './plain-text.ts'

/** A word as it counts, whoever wrote it: full width as half width, capitals as small letters, nothing unseen in or around it. */
export const foldedWord = (text: string): string => plainText(text).toLowerCase()
