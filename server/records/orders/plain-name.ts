/** The name of a column as it is compared: without blanks, marks that nobody sees, kinds of brackets and case. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKC')
    .replaceAll(/[\s\p{Cf}]/gu, '')
    .toLowerCase()
