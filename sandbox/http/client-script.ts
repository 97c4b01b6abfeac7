import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ClientMoods } from '../client-moods.ts'

const SCRIPT = readFileSync(fileURLToPath(new URL('../page/native-bridge.js', import.meta.url)), 'utf8')

/** What the client puts into the page before anything of the page's own, by its mood of now. */
export const clientScript = ({ version, injectedAfterMs }: ClientMoods): string =>
  `{ const CLIENT = ${JSON.stringify({ version, injectedAfterMs })}\n${SCRIPT}}`
