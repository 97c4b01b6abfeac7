/** `99.5元` in fen. The schema has looked at the form. */
export const fenOfText = (text: string): number => Math.round(Number.parseFloat(text) * 100)
