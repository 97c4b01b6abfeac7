import { existsSync } from 'node:fs'
import { freePort } from '../free-port.ts'
import { type PrivateMariadb, startPrivateMariadb } from '../private-mariadb.ts'
import { until } from '../waiting.ts'
import { ask } from './ask.ts'

const PROVIDER = '/usr/lib/galera/libgalera_smm.so'
const SYNCED_WITHIN_MS = 60_000

export interface GaleraNode extends PrivateMariadb {
  /** On the same data, into the cluster that lives; waits until it has all that it missed. */
  rejoin(): Promise<void>
}

interface Ports {
  mysql: number
  group: number
  sst: number
}

/** As docs/ha.md writes it, for three nodes on one machine. */
const optionsOf = (node: number, ports: Ports, all: Ports[]): string[] => [
  '--wsrep-on=ON',
  `--wsrep-provider=${PROVIDER}`,
  '--wsrep-cluster-name=huoshui',
  `--wsrep-cluster-address=gcomm://${all.map(({ group }) => `127.0.0.1:${group}`).join(',')}`,
  `--wsrep-node-name=node${node}`,
  '--wsrep-node-address=127.0.0.1',
  '--wsrep-sst-method=rsync',
  `--wsrep-sst-receive-address=127.0.0.1:${ports.sst}`,
  // A node that is silent for two seconds is left behind; until then all wait for it.
  `--wsrep-provider-options=base_port=${ports.group};gmcast.listen_addr=tcp://127.0.0.1:${ports.group};ist.recv_addr=127.0.0.1:${ports.sst + 1};gcache.size=64M;evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S;evs.install_timeout=PT5S`,
  '--binlog-format=ROW',
  '--innodb-autoinc-lock-mode=2',
  '--innodb-flush-log-at-trx-commit=1',
]

/** Three nodes that have one another's data before anything is answered. Throws when Galera is not installed. */
export async function startGalera(): Promise<{ nodes: GaleraNode[]; close(): Promise<void> }> {
  if (!existsSync(PROVIDER)) throw new Error('Galera is missing: apt-get install galera-4')
  const all: Ports[] = []
  for (let n = 0; n < 3; n++) {
    const group = await freePort()
    all.push({ mysql: await freePort(), group, sst: await freePort() })
  }
  const nodes: GaleraNode[] = []
  for (const [n, ports] of all.entries()) {
    const options = optionsOf(n, ports, all)
    const server = await startPrivateMariadb({
      port: ports.mysql,
      options: n === 0 ? [...options, '--wsrep-new-cluster'] : options,
    })
    const isSynced = async (): Promise<boolean> => {
      const rows = await ask<{ Value: string }>(server.url, `SHOW STATUS LIKE 'wsrep_local_state_comment'`).catch(
        () => [],
      )
      return rows[0]?.Value === 'Synced'
    }
    await until(`node ${n} is in the cluster`, SYNCED_WITHIN_MS, isSynced)
    nodes.push({
      ...server,
      rejoin: async () => {
        await server.start(options)
        await until(`node ${n} is back in the cluster`, SYNCED_WITHIN_MS, isSynced)
      },
    })
  }
  return {
    nodes,
    close: async () => {
      for (const node of [...nodes].reverse()) await node.close()
    },
  }
}
