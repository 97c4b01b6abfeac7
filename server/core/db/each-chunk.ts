/** Values asked for in one statement; SQLite bears 32,766. */
const CHUNK = 1_000

/** What `read` finds for the values, a thousand at a time; asks for nothing where there are none. */
export async function eachChunk<Value, Found>(
  values: readonly Value[],
  read: (part: Value[]) => Promise<Found[]>,
): Promise<Found[]> {
  const found: Found[] = []
  for (let at = 0; at < values.length; at += CHUNK) {
    for (const one of await read(values.slice(at, at + CHUNK))) found.push(one)
  }
  return found
}
