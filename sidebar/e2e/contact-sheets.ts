import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { openPane, type ServedPane, servePane } from './open-pane.ts'
import { launchBrowser } from './open-scene.ts'
import type { PaneState } from './pane-state.ts'
import { STATES } from './pane-states.ts'

/** Every state at every width, by day and by night, several on a sheet, for somebody to look at:
 *  `npm run screenshots:states -- FOLDER [words of a state's name]`. */

const COLORS = ['light', 'dark'] as const
const PHONES = [
  { width: 320, height: 568 },
  { width: 360, height: 640 },
  { width: 400, height: 700 },
] as const
const DESK = { width: 768, height: 640 } as const

/** What stands on one sheet: which pictures of a state, how many states, and how large. */
const KINDS = [
  {
    kind: 'phones',
    names: PHONES.flatMap(({ width }) => COLORS.map((color) => `${width}-${color}`)),
    states: 2,
    scale: 0.66,
  },
  { kind: 'desk', names: COLORS.map((color) => `768-${color}`), states: 6, scale: 0.48 },
  { kind: 'whole', names: ['whole'], states: 5, scale: 0.66 },
] as const

/** The pictures of one state, by name. */
interface Shots {
  state: string
  paths: Map<string, string>
}

async function shotsOf(browser: Browser, served: ServedPane, state: PaneState, folder: string): Promise<Shots> {
  served.answer(state.answers ?? {})
  const page = await openPane(browser, served.url, { ...state.options, ...PHONES[0] })
  try {
    await state.reach(page)
    return { state: state.name, paths: await shootAll(page, (name) => join(folder, `${state.name}-${name}.png`)) }
  } finally {
    await page.context().close()
  }
}

/** `whole`: the page from its top to its end, where there is more of it than a window shows. */
async function shootAll(page: Page, pathOf: (name: string) => string): Promise<Map<string, string>> {
  const paths = new Map<string, string>()
  const shoot = async (name: string, fullPage = false): Promise<void> => {
    const path = pathOf(name)
    await page.evaluate('document.getAnimations().forEach((one) => one.finish())')
    await page.screenshot({ path, fullPage })
    paths.set(name, path)
  }
  for (const size of [...PHONES, DESK]) {
    await page.setViewportSize(size)
    for (const colorScheme of COLORS) {
      await page.emulateMedia({ colorScheme })
      await shoot(`${size.width}-${colorScheme}`)
    }
  }
  await page.setViewportSize(PHONES[1])
  await page.emulateMedia({ colorScheme: 'light' })
  const more = await page.evaluate<number>('document.documentElement.scrollHeight / innerHeight')
  if (more > 1.1) {
    await page.evaluate('scrollTo(0, 0)')
    await shoot('whole', true)
  }
  return paths
}

const sheetOf = (rows: { state: string; pictures: string[] }[], scale: number): string => `<!doctype html><style>
  body { margin: 0; padding: 8px; width: max-content; background: #8a8f98; font: 13px sans-serif }
  .states { display: flex; flex-wrap: wrap; gap: 10px 12px; max-width: 1560px }
  .row { display: flex; align-items: flex-start; gap: 6px }
  img { zoom: ${scale} }
</style><div class="states">${rows
  .map(({ state, pictures }) => {
    const images = pictures.map((path) => `<img src="${pathToFileURL(path)}">`)
    return `<div>${state}<div class="row">${images.join('')}</div></div>`
  })
  .join('')}</div>`

async function writeSheets(browser: Browser, all: Shots[], folder: string, scratch: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 300 } })
  for (const { kind, names, states, scale } of KINDS) {
    const rows = all
      .map(({ state, paths }) => ({ state, pictures: names.flatMap((name) => paths.get(name) ?? []) }))
      .filter(({ pictures }) => pictures.length > 0)
    for (let from = 0; from < rows.length; from += states) {
      const html = join(scratch, 'sheet.html')
      writeFileSync(html, sheetOf(rows.slice(from, from + states), scale))
      await page.goto(pathToFileURL(html).href)
      const path = join(folder, `${kind}-${String(from / states + 1).padStart(2, '0')}.png`)
      await page.screenshot({ path, fullPage: true })
    }
  }
}

const [folder, ...words] = process.argv.slice(2)
if (folder === undefined) {
  console.error('where to? npm run screenshots:states -- FOLDER [words of a state]')
  process.exit(2)
}
mkdirSync(folder, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'huoshui-states-'))
const served = await servePane()
const browser = await launchBrowser()
try {
  const wanted = STATES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  const shots: Shots[] = []
  for (const state of wanted) {
    // One that is not reached leaves the others to be looked at.
    await shotsOf(browser, served, state, scratch).then(
      (one) => shots.push(one),
      (error: unknown) => {
        process.exitCode = 1
        console.error(`${state.name}: ${String(error)}`)
      },
    )
  }
  await writeSheets(browser, shots, folder, scratch)
  console.log(`${wanted.length} states: ${folder}`)
} finally {
  await browser.close()
  await served.close()
  rmSync(scratch, { recursive: true, force: true })
}
