import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../free-port.ts'

const HAPROXY = '/usr/sbin/haproxy'

/** A server takes writes: it is not read-only, and a Galera node has all that the cluster has. HAProxy calls it with its own
 *  address and port, and those of the server. */
const TAKES_WRITES = `#!/bin/sh
timeout 2 mariadb --no-defaults --protocol=tcp --host="$3" --port="$4" --user=root --connect-timeout=1 --batch --skip-column-names --execute="
  SELECT 'writes' FROM DUAL WHERE @@global.read_only = 0 AND (@@global.wsrep_on = 0 OR EXISTS (
    SELECT 1 FROM information_schema.global_status WHERE variable_name = 'WSREP_LOCAL_STATE' AND variable_value = '4'))" | grep -q writes
`

export interface Haproxy {
  /** Of the one database server that is written to. */
  databasePort: number
  /** Of the Huoshui servers that can store. */
  frontUrl: string
  close(): void
}

export interface HaproxyOptions {
  databasePorts: number[]
  serverPorts: number[]
  /** Whether connections to a server that is down, or takes no more writes, are closed; RDS and others keep them. */
  cutsSessions?: boolean
}

/** HAProxy as docs/ha.md writes it: one writer, and no way back to the former one while this one lives. Throws when it is not
 *  installed. */
export async function startHaproxy({
  databasePorts,
  serverPorts,
  cutsSessions = true,
}: HaproxyOptions): Promise<Haproxy> {
  if (!existsSync(HAPROXY)) throw new Error('HAProxy is missing: apt-get install haproxy')
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-haproxy-'))
  const check = join(folder, 'takes-writes')
  writeFileSync(check, TAKES_WRITES)
  chmodSync(check, 0o755)
  chmodSync(folder, 0o755)
  const [databasePort, frontPort] = [await freePort(), await freePort()]
  const cut = cutsSessions ? ' on-marked-down shutdown-sessions' : ''
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `global
  external-check
  insecure-fork-wanted
  maxconn 2000
defaults
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 2s
listen database
  bind 127.0.0.1:${databasePort}
  mode tcp
  option external-check
  external-check path "/usr/bin:/bin"
  external-check command ${check}
  stick-table type integer size 1 expire 20d
  stick on int(1)
  default-server inter 1s fall 2 rise 2${cut}
${databasePorts.map((port, n) => `  server db${n} 127.0.0.1:${port} check`).join('\n')}
listen front
  bind 127.0.0.1:${frontPort}
  mode http
  option redispatch
  option http-buffer-request
  retries 3
  retry-on conn-failure empty-response response-timeout 503
  timeout server 2s
  balance roundrobin
  option httpchk GET /readyz
  default-server inter 1s fall 2 rise 1
${serverPorts.map((port, n) => `  server huoshui${n} 127.0.0.1:${port} check`).join('\n')}
`,
  )
  const child = spawn(HAPROXY, ['-db', '-f', join(folder, 'haproxy.cfg')], {
    stdio: process.env.CLUSTER_LOG === undefined ? 'ignore' : 'inherit',
  })
  const onExit = (): void => void child.kill('SIGKILL')
  process.once('exit', onExit)
  await pause(500)
  if (child.exitCode !== null) throw new Error('HAProxy does not take its configuration; CLUSTER_LOG=info tells why')
  return {
    databasePort,
    frontUrl: `http://127.0.0.1:${frontPort}`,
    close: () => {
      child.kill('SIGKILL')
      process.off('exit', onExit)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
