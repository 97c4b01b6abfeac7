/** Reads subjects one after another until all are read or one fails: then what was read counts, and the rest is tried
 *  again. Throws only when not even the first could be read. */
export async function readSome<T>(
  subjects: readonly string[],
  read: (subject: string) => Promise<T>,
): Promise<{ readings: { subject: string; reading: T }[]; left: string[] }> {
  const readings: { subject: string; reading: T }[] = []
  for (const subject of subjects) {
    try {
      readings.push({ subject, reading: await read(subject) })
    } catch (error) {
      if (readings.length === 0) throw error
      break
    }
  }
  return { readings, left: subjects.slice(readings.length) }
}
