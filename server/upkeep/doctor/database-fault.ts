interface DatabaseFault {
  why: string
  next: string
}

const FAULTS: Record<string, DatabaseFault> = {
  ECONNREFUSED: { why: '数据库拒绝连接，多半没有启动', next: '启动 MySQL / MariaDB，核对 DATABASE_URL 的主机和端口' },
  ENOTFOUND: { why: '数据库的主机名解析不了', next: '核对 DATABASE_URL 里的主机名' },
  EAI_AGAIN: { why: '数据库的主机名解析不了', next: '核对 DATABASE_URL 里的主机名' },
  ETIMEDOUT: { why: '数据库没有应答', next: '放行本机到数据库端口的防火墙和安全组' },
  PROTOCOL_CONNECTION_LOST: { why: '数据库断开了连接', next: '看数据库是不是在重启，它的错误日志里写着原因' },
  ECONNRESET: { why: '数据库断开了连接', next: '看数据库是不是在重启，它的错误日志里写着原因' },
  ER_ACCESS_DENIED_ERROR: { why: '数据库的用户名或密码不对', next: '改好 DATABASE_URL 里的用户和密码，然后重启' },
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: {
    why: '数据库的用户名或密码不对',
    next: '改好 DATABASE_URL 里的用户和密码，然后重启',
  },
  ER_DBACCESS_DENIED_ERROR: {
    why: '这个用户没有这个库的权限',
    next: '给 DATABASE_URL 里的用户授权：GRANT ALL ON 库名.*',
  },
  ER_BAD_DB_ERROR: {
    why: '数据库里没有这个库',
    next: '运行 CREATE DATABASE 库名 CHARACTER SET utf8mb4，名字见 DATABASE_URL',
  },
  ER_CON_COUNT_ERROR: { why: '数据库的连接用完了', next: '调大数据库的 max_connections' },
  'db.read-only': {
    why: '数据库是只读的，多半是备库',
    next: '让 DATABASE_URL 指向主库（可以写几个主机：主机1,主机2），或关掉 read_only',
  },
  'db.bad-url': {
    why: 'DATABASE_URL 的写法不对',
    next: '写成 sqlite:./data/huoshui.db 或 mysql://用户:密码@主机:3306/库名',
  },
  HANDSHAKE_NO_SSL_SUPPORT: {
    why: '数据库没有开 TLS，而 DATABASE_URL 要求加密',
    next: '给数据库配上证书，或去掉 DATABASE_URL 里的 ssl',
  },
  HANDSHAKE_SSL_ERROR: {
    why: '数据库的证书不可信，或不是给这个主机名的',
    next: '核对 DATABASE_URL 里的 ca 文件和主机名',
  },
  SQLITE_CANTOPEN: { why: '打不开数据库文件', next: '检查文件和文件夹的读写权限' },
  SQLITE_NOTADB: { why: '那个文件不是 SQLite 数据库', next: '核对 DATABASE_URL；若文件坏了，从备份恢复' },
  SQLITE_CORRUPT: { why: '数据库文件坏了', next: '停掉服务，从备份恢复数据库文件' },
  SQLITE_READONLY: { why: '数据库文件不能写', next: '检查文件的权限和磁盘' },
  SQLITE_BUSY: { why: '数据库正忙，五秒内没有轮到', next: '稍等再试一次' },
  SQLITE_FULL: { why: '磁盘满了', next: '清理磁盘以后再试一次' },
}

/** What a driver's error code means and what to do, in Chinese; undefined for one that we do not know. SQLite adds details
 *  to its codes: SQLITE_CANTOPEN_ISDIR. */
export function databaseFault(code: string): DatabaseFault | undefined {
  const known = Object.keys(FAULTS).find((one) => code === one || code.startsWith(`${one}_`))
  return known === undefined ? undefined : FAULTS[known]
}
