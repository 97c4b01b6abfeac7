import type { Page } from 'playwright-core'
import type { Answers, PaneOptions } from './open-pane.ts'

export interface PaneState {
  name: string
  answers?: Answers
  options?: PaneOptions
  /** Until it is there. */
  reach(page: Page): Promise<unknown>
}

export const tab = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name }).click()
const sheet = (page: Page) => page.getByRole('dialog').waitFor()
/** What stands on the card only when it is asked for. */
export const more = (page: Page) => page.getByRole('button', { name: /^更多/ }).click()
export const press = async (page: Page, name: string | RegExp): Promise<void> => {
  await page.getByRole('button', { name }).first().click()
  await sheet(page)
}
