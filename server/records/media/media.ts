import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { AssetUse } from '../../rules/checks/assets.ts'
import { createAssetFiles, type PlacedAsset } from './asset-files.ts'
import { createAttachments } from './attachments.ts'
import { createPrepareMedia, type PrepareMediaDeps, RENEW_BEFORE_MS } from './prepare-media.ts'
import { preparedMedia } from './prepared-media.ts'
import { wantedMedia } from './wanted-media.ts'

export interface MediaDeps extends Omit<PrepareMediaDeps, 'assets'> {
  /** The folder that asset paths in rules start from. */
  assetsDir: string
}

/** Pictures, videos and files that rules name, kept ready at WeCom. */
export function createMedia({ assetsDir, ...deps }: MediaDeps) {
  const assets = createAssetFiles(assetsDir)
  const prepare = createPrepareMedia({ ...deps, assets })
  const jobs: Job[] = [{ name: 'media.prepare', everyMs: 5 * SECOND_MS, dueAt: nextRenewal, run: prepare }]

  async function nextRenewal(tx: Tx): Promise<number | undefined> {
    const held = await preparedMedia.all(tx)
    const instants = [...wantedMedia(deps.rules.current()).keys()].flatMap((source) => {
      const { retryAtMs, mediaUntilMs } = held.get(source) ?? {}
      return retryAtMs ?? (mediaUntilMs === undefined ? [] : mediaUntilMs - RENEW_BEFORE_MS)
    })
    return instants.length === 0 ? undefined : Math.min(...instants)
  }

  return {
    jobs,
    ...createAttachments({ clock: deps.clock }),
    /** Where it lies below the folder of assets. Throws media.bad-asset. */
    placeOf: (path: string, as: AssetUse): Promise<PlacedAsset> => assets.place(path, as),
    /** Bytes of it; undefined: it cannot be used. */
    sizeOf: (path: string, as: AssetUse): Promise<number | undefined> =>
      assets.size(path, as).catch((error: unknown) => {
        if (error instanceof AppError) return undefined
        throw error
      }),
    queries: {
      stamp: preparedMedia.stamp,
      /** Pictures that rules want and that cannot be sent now, each with the reason in Chinese. */
      troubles: async (tx: Tx): Promise<{ source: string; trouble: string }[]> => {
        const held = await preparedMedia.all(tx)
        return [...wantedMedia(deps.rules.current()).keys()].flatMap((source) => {
          const media = held.get(source)
          if (media === undefined) return [{ source, trouble: '还没有准备好' }]
          return media.trouble === undefined ? [] : [{ source, trouble: media.trouble }]
        })
      },
    },
  }
}

export type Media = ReturnType<typeof createMedia>
