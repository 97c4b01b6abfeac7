import { InboxAndActions1700000000001 } from './0001-inbox-and-actions.ts'

/** The one history, for SQLite and MySQL/MariaDB alike. Never edit a migration once it is merged. */
export const migrations = [InboxAndActions1700000000001]
