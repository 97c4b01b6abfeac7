/** WeCom carries a change out within seconds; look again after these waits, milliseconds, while it is still open. */
const WAITS_MS = [800, 1_500, 3_000, 6_000]

export async function followUp(isOpen: () => boolean, look: () => Promise<void>): Promise<void> {
  for (const waitMs of WAITS_MS) {
    if (!isOpen()) return
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    if (isOpen()) await look()
  }
}
