import cron from 'node-cron'

/** Calls `beat` once a second. Only a tick: what is due is in the database. Beats that find the last one still running
 *  are dropped. */
export function startTick(beat: () => Promise<void>): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  const task = cron.schedule('* * * * * *', () => {
    running ??= beat().finally(() => {
      running = undefined
    })
  })
  return {
    stop: async () => {
      await task.destroy()
      await running
    },
  }
}
