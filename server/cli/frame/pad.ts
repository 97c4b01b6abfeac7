/** How many columns a terminal gives the text: Chinese characters and full-width signs take two. */
export function widthOf(text: string): number {
  let width = 0
  for (const sign of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        sign,
      )
        ? 2
        : 1
  return width
}

export const padRight = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))
export const padLeft = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** As much of the text as fits, the last column an ellipsis where something is missing. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let held = ''
  for (const sign of text) {
    if (widthOf(held + sign) > width - 1) break
    held += sign
  }
  return `${held}…`
}
