const named = (names: readonly string[]): string => names.map((name) => name.slice(name.indexOf('/') + 1)).join('、')

/** What others did to a customer's tags between two looks, in words; undefined when nothing. */
export function describeMoves(before: ReadonlySet<string>, now: ReadonlySet<string>): string | undefined {
  const come = [...now].filter((name) => !before.has(name))
  const gone = [...before].filter((name) => !now.has(name))
  const parts = [
    ...(come.length === 0 ? [] : [`打上了 ${named(come)}`]),
    ...(gone.length === 0 ? [] : [`去掉了 ${named(gone)}`]),
  ]
  return parts.length === 0 ? undefined : parts.join('，')
}
