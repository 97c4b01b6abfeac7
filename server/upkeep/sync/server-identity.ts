/** What MariaDB and MySQL say of who they are, as variables or as status; which of them there are depends on the set-up. */
export const IDENTITY_NAMES: readonly string[] = [
  'server_uuid',
  'server_id',
  'hostname',
  'port',
  'wsrep_on',
  'wsrep_cluster_state_uuid',
]

/** Names the server, by what it says of itself (lower-case names): another name, another copy of the data. A Galera cluster is
 *  one: what a node has answered, all have. Undefined when it says too little. */
export function serverIdentity(of: ReadonlyMap<string, string>): string | undefined {
  const cluster = of.get('wsrep_cluster_state_uuid')
  if (of.get('wsrep_on') === 'ON' && cluster !== undefined) return `galera ${cluster}`
  const uuid = of.get('server_uuid')
  if (uuid !== undefined && uuid !== '') return `mysql ${uuid}`
  const [id, host, port] = ['server_id', 'hostname', 'port'].map((name) => of.get(name))
  return id === undefined || host === undefined ? undefined : `mariadb ${id} ${host}:${port ?? ''}`.slice(0, 190)
}
