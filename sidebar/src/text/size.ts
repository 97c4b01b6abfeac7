const KB = 1024

/** `640 KB`, `9.5 MB`. */
export const sizeZh = (bytes: number): string =>
  bytes < KB * KB ? `${Math.max(1, Math.round(bytes / KB))} KB` : `${(bytes / KB / KB).toFixed(1)} MB`
