import { readFileSync } from 'node:fs'

/** Ticks of /proc/<pid>/stat are 10 ms on Linux. */
const TICK_MS = 10

/** CPU time that a process has used, user and system, milliseconds; NaN where there is no /proc. */
export function cpuTimeMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return Number.NaN
  }
}

/** Resident memory of a process, MB; NaN where there is no /proc. */
export function residentMb(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return (pages * 4_096) / 1_048_576
  } catch {
    return Number.NaN
  }
}
