/** What one sees of a number, an id or a word: without what Unicode calls format characters (zero-width, direction marks,
 *  BOM) and control characters, wide forms as narrow ones, no blanks around it. Not for names: emoji are joined by such
 *  characters. */
export const plainText = (text: string): string =>
  text
    // Half a letter is kept by no database.
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}]/gu, (char) => (/\s/.test(char) ? ' ' : ''))
    .trim()
