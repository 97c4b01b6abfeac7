import { type TransferListItem, Worker } from 'node:worker_threads'

/** Runs a module in a thread of its own. `url`: of the module, with the ending that this code itself has (`.ts` while a loader
 *  runs the sources, `.js` in what the build made of them). `data`: what structured cloning can copy. */
export function startWorker(
  url: URL,
  { data, transfer = [], heapMb }: { data: unknown; transfer?: TransferListItem[]; heapMb: number },
): Worker {
  const options = { transferList: transfer, resourceLimits: { maxOldGenerationSizeMb: heapMb }, execArgv: [] }
  if (!url.pathname.endsWith('.ts')) return new Worker(url, { ...options, workerData: data })
  // The loader of the main thread does not reach into others on every version of Node that we run on.
  return new Worker(FROM_SOURCES, { ...options, eval: true, workerData: data, argv: [url.href] })
}

const FROM_SOURCES = "import('tsx/esm/api').then(({ register }) => { register(); return import(process.argv.at(-1)) })"
