import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real disk of few megabytes that can be filled to the last byte. Throws, with how to get one, where none can be mounted. */
export function openSmallDisk(megabytes: number) {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (cause) {
    rmdirSync(folder)
    throw new Error(
      'a disk that can be full is mounted for this test, which only root may do: run it as root (in Docker with --privileged), or as `unshare -rm npx vitest run server/testing/stories/disk-full.test.ts`',
      { cause },
    )
  }
  const unmount = (): void => {
    execFileSync('umount', ['--lazy', folder])
    rmdirSync(folder)
  }
  // Also after a test that was given up on.
  process.once('exit', unmount)
  const filler = join(folder, 'filler')
  return {
    folder,
    /** Nothing fits any more. */
    fill: (): void => {
      for (const bytes of [65_536, 4_096, 1]) {
        const block = Buffer.alloc(bytes)
        for (;;) {
          try {
            appendFileSync(filler, block)
          } catch (error) {
            if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break
            throw error
          }
        }
      }
    },
    free: (): void => rmSync(filler, { force: true }),
    remove: (): void => {
      process.off('exit', unmount)
      unmount()
    },
  }
}
export type SmallDisk = ReturnType<typeof openSmallDisk>
