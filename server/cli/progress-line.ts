import type { Screen } from './frame/command.ts'

const WIDTH = 30
/** A log gets a line for each tenth. */
const LOG_STEP = 0.1

/** How much of a file is read: a bar on a terminal, plain lines elsewhere. */
export function createProgressLine({ screen, total }: { screen: Screen; total: number }) {
  let told = 0
  return {
    show: (done: number, detail: string): void => {
      const share = total === 0 ? 1 : Math.min(1, done / total)
      const percent = `${Math.floor(share * 100)}%`
      if (screen.bar !== undefined) {
        const full = Math.round(share * WIDTH)
        screen.bar(`${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent} ${detail}`)
      } else if (share >= told + LOG_STEP) {
        told = Math.floor(share / LOG_STEP) * LOG_STEP
        screen.note(`已读 ${percent}，${detail}`)
      }
    },
    /** Takes the bar away, so that other lines stand alone. */
    clear: (): void => screen.bar?.(''),
  }
}
