import { sep } from 'node:path'

/** Of real paths, with every link followed. */
export const isInside = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}${sep}`)
