import type { Db } from '../../server/core/db/db.ts'
import type { Shape } from './narrowings.ts'

interface ColumnRow {
  tab: string
  name: string
  type: string
  nullable: number | string
  filled: number | string
}

interface KeyRow {
  tab: string
  name: string
  col: string
}

const COLUMNS = {
  sqlite: `SELECT m.name AS tab, c.name AS name, c.type AS type, c."notnull" = 0 AND c.pk = 0 AS nullable,
             c.dflt_value IS NOT NULL OR (c.pk = 1 AND c.type = 'integer') AS filled
           FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid`,
  mysql: `SELECT table_name AS tab, column_name AS name, column_type AS type, is_nullable = 'YES' AS nullable,
            COALESCE(column_default, 'NULL') <> 'NULL' OR extra LIKE '%auto_increment%' AS filled
          FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`,
}
const KEYS = {
  sqlite: `SELECT m.name AS tab, k.name AS name, c.name AS col
           FROM sqlite_master m JOIN pragma_index_list(m.name) k JOIN pragma_index_info(k.name) c
           WHERE m.type = 'table' AND k."unique" = 1 ORDER BY m.name, k.name, c.seqno`,
  mysql: `SELECT table_name AS tab, index_name AS name, column_name AS col
          FROM information_schema.statistics WHERE table_schema = DATABASE() AND non_unique = 0
          ORDER BY table_name, index_name, seq_in_index`,
}

/** The tables as the database itself describes them, those left out in which it keeps how far it is. */
export async function tableShapes({ source, dialect }: Db): Promise<Shape[]> {
  const columns = (await source.query(COLUMNS[dialect])) as ColumnRow[]
  const keys = (await source.query(KEYS[dialect])) as KeyRow[]
  const names = [...new Set(columns.map(({ tab }) => tab))].filter((tab) => !/^(migration|sqlite_)/.test(tab))
  return names.map((name) => {
    const own = keys.filter(({ tab }) => tab === name)
    const named = [...new Set(own.map((key) => key.name))]
    return {
      name,
      columns: columns
        .filter(({ tab }) => tab === name)
        .map((column) => ({
          name: column.name,
          type: column.type,
          isNullable: Number(column.nullable) === 1,
          hasDefault: Number(column.filled) === 1,
        })),
      unique: named.map((key) => own.filter((one) => one.name === key).map(({ col }) => col)),
    }
  })
}
