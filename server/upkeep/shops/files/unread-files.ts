import type { FoundFile } from './files-in.ts'

export const unreadAlertKey = (shop: string): string => `shops.unread:${shop}`

/** Files that this process may not read, and what to do, Chinese. */
export const unreadTrouble = (files: readonly Pick<FoundFile, 'name'>[]): { text: string; todo: string } => ({
  text: `没有权限读${files
    .slice(0, 3)
    .map(({ name }) => `「${name}」`)
    .join('')}${files.length > 3 ? `等 ${files.length} 个文件` : ''}`,
  todo: '让运行活水的用户能读这些文件（chmod a+r），之后会自己读；别的文件照常读',
})
