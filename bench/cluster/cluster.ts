import { setTimeout as pause } from 'node:timers/promises'
import { isClean } from '../chaos-judge.ts'
import { ask } from './ask.ts'
import { type GaleraNode, startGalera } from './galera.ts'
import { startPair } from './pair.ts'
import { openScene, type RunResult, type Scene } from './scene.ts'

export interface ClusterOptions {
  /** Names of runs; none: all. */
  only: readonly string[]
  /** Of load, for each run. */
  seconds: number
  say(line: string): void
}

/** As long as a shop may be dark. */
const DARK_MS = 10_000

export const isSafe = (result: RunResult): boolean => isClean(result) && result.darkMs <= DARK_MS

interface Run {
  name: string
  /** What happens, in words. */
  about: string
  play(): Promise<RunResult>
}

/** The ten runs: kills of processes and of database nodes, what stands still, a planned switch, a promotion. Gives what each
 *  came to; throws when MariaDB, Galera or HAProxy is not installed. */
export async function runCluster({ only, seconds, say }: ClusterOptions): Promise<RunResult[]> {
  const results: RunResult[] = []
  const isWanted = (name: string): boolean => only.length === 0 || only.some((one) => name.startsWith(one))
  const tell = async ({ name, about, play }: Run): Promise<void> => {
    if (!isWanted(name)) return
    say(`${name}: ${about}`)
    const result = await play()
    results.push(result)
    say(`  ${isSafe(result) ? 'safe' : 'NOT SAFE'} ${JSON.stringify(result)}`)
  }
  if (GALERA_RUNS.some(isWanted)) await galeraRuns(seconds, tell)
  for (const name of PAIR_RUNS) if (isWanted(name)) await pairRun(name, seconds, tell)
  return results
}

type Tell = (run: Run) => Promise<void>

const prepare = async (url: string): Promise<void> => {
  await ask(url, 'CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
  // Not root: who may do everything writes to a standby as well.
  await ask(url, 'CREATE USER IF NOT EXISTS guide@localhost')
  await ask(url, 'GRANT ALL ON shop.* TO guide@localhost')
}

const GALERA_RUNS = [
  'galera-calm',
  'galera-kill-process',
  'galera-freeze-process',
  'galera-kill-standby',
  'galera-kill-writer',
  'galera-freeze-writer',
]

const portOf = ({ url }: { url: string }): number => Number(new URL(url).port)

async function galeraRuns(seconds: number, tell: Tell): Promise<void> {
  const galera = await startGalera()
  const { nodes } = galera
  await prepare(nodes[0]?.url ?? '')
  const scene = await openScene({ databasePorts: nodes.map(portOf) })
  /** The node that our servers are connected to. */
  const writer = async (): Promise<GaleraNode> => {
    const [row] = await ask<{ port: number }>(
      `mysql://guide@127.0.0.1:${scene.haproxy.databasePort}/shop`,
      'SELECT @@port AS port',
    )
    const node = nodes.find((one) => portOf(one) === Number(row?.port))
    if (node === undefined) throw new Error('HAProxy leads to no node')
    return node
  }
  const shopOn = (node: GaleraNode | undefined): string => `${node?.url ?? ''}/shop`
  const standby = async (): Promise<GaleraNode> => {
    const at = await writer()
    const other = nodes.find((one) => one !== at)
    if (other === undefined) throw new Error('there are three')
    return other
  }
  const run = (name: string, about: string, strike: () => Promise<void>): Promise<void> => {
    return tell({
      name,
      about,
      play: () => scene.play(name, seconds, strike, () => shopOn(nodes.find((node) => node !== down))),
    })
  }
  let down: GaleraNode | undefined
  const killed = async (node: GaleraNode): Promise<void> => {
    down = node
    await node.kill()
    await pause(8_000)
    await node.rejoin()
    down = undefined
  }
  const frozen = async (node: GaleraNode): Promise<void> => {
    down = node
    await node.freeze()
    await pause(12_000)
    node.thaw()
    // It finds itself left behind, and comes back by itself.
    await pause(5_000)
    down = undefined
  }
  try {
    await run('galera-calm', 'three servers, one writer, nothing happens', async () => undefined)
    await run('galera-kill-process', 'kill -9 of a server', () => killProcess(scene))
    await run('galera-freeze-process', 'SIGSTOP of a server for 12 s', () => freezeProcess(scene))
    await run('galera-kill-standby', 'kill -9 of a node that is not written to; back after 8 s', async () =>
      killed(await standby()),
    )
    await run('galera-kill-writer', 'kill -9 of the node that is written to; back after 8 s', async () =>
      killed(await writer()),
    )
    await run('galera-freeze-writer', 'SIGSTOP of the node that is written to for 12 s', async () =>
      frozen(await writer()),
    )
  } finally {
    await scene.close()
    await galera.close()
  }
}

async function killProcess(scene: Scene): Promise<void> {
  await scene.kill(0)
  await pause(2_000)
  await scene.start(0)
}

async function freezeProcess(scene: Scene): Promise<void> {
  scene.freeze(1)
  await pause(12_000)
  scene.thaw(1)
}

const PAIR_RUNS = ['pair-switch-kept', 'pair-switch-hosts', 'pair-kill-primary', 'pair-freeze-primary-hosts'] as const

/** A pair of its own for each: who was the primary comes back by a person's hand. */
async function pairRun(name: (typeof PAIR_RUNS)[number], seconds: number, tell: Tell): Promise<void> {
  const pair = await startPair()
  const { primary, standby } = pair
  await prepare(primary.url)
  const ports = [portOf(primary), portOf(standby)]
  const isByHosts = name.endsWith('-hosts')
  const scene = await openScene({
    databasePorts: ports,
    cutsSessions: name !== 'pair-switch-kept',
    ...(isByHosts ? { databaseUrl: () => `mysql://guide@127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}/shop` } : {}),
  })
  const play = (strike: () => Promise<void>): Promise<RunResult> =>
    scene.play(name, seconds, strike, () => `${standby.url}/shop`)
  const promoteAfter = async (strike: () => Promise<void>): Promise<void> => {
    await strike()
    // As long as somebody or something needs to be sure.
    await pause(4_000)
    await pair.promote()
  }
  try {
    switch (name) {
      case 'pair-switch-kept':
        await tell({
          name,
          about: 'planned switch behind a proxy that keeps connections',
          play: () => play(() => pair.switchOver()),
        })
        break
      case 'pair-switch-hosts':
        await tell({
          name,
          about: 'planned switch, both hosts in DATABASE_URL',
          play: () => play(() => pair.switchOver()),
        })
        break
      case 'pair-kill-primary':
        await tell({
          name,
          about: 'kill -9 of the primary, promotion 4 s later; then SIGSTOP of a server for 12 s',
          play: () =>
            play(async () => {
              await promoteAfter(() => primary.kill())
              await freezeProcess(scene)
            }),
        })
        break
      case 'pair-freeze-primary-hosts':
        await tell({
          name,
          about: 'SIGSTOP of the primary for good, both hosts in DATABASE_URL, promotion 4 s later',
          play: () => play(() => promoteAfter(() => primary.freeze())),
        })
        break
    }
  } finally {
    await scene.close()
    await pair.close()
  }
}
