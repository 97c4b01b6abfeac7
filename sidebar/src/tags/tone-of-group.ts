const TONES = 6

/** Which of the six colours a group of tags has: the same everywhere and for ever, whatever other groups there are. */
export function toneOfGroup(group: string): string {
  let hash = 0
  for (const char of group) hash = (hash * 43 + (char.codePointAt(0) ?? 0)) % 1_000_003
  return `tone-${(hash % TONES) + 1}`
}

export const toneOfTag = (path: string): string => toneOfGroup(path.slice(0, path.indexOf('/')))
