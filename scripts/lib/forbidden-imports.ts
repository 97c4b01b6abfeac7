/** A file that breaks one rule of the imports; `text` is added to the file if there is one of that name. */
export interface Plant {
  rule: string
  file: string
  text: string
}

const taking = (path: string): string => `import '${path}'\n`
const plant = (rule: string, file: string, text: string): Plant => ({ rule, file, text })

/** At least one for each rule. Nobody imports most of them, and two rooms among them are new. */
export const PLANTS: Plant[] = [
  plant('core-imports-down-only', 'server/core/db/plant.ts', taking('../../engine/tick.ts')),
  plant('engine-imports-down-only', 'server/engine/jobs/plant.ts', taking('../../records/tags/tags.ts')),
  plant('rules-imports-down-only', 'server/rules/new-room/plant.ts', taking('../../platform/wecom/wecom.ts')),
  plant('platform-imports-down-only', 'server/platform/deployment/plant.ts', taking('../../records/tags/tags.ts')),
  plant('records-imports-down-only', 'server/records/new-room/plant.ts', taking('../../operations/tasks/tasks.ts')),
  plant('records-imports-down-only', 'server/records/orders/plant.ts', taking('../../new-storey/held.ts')),
  plant('operations-imports-down-only', 'server/operations/sop/walk/plant.ts', taking('../../../huoshui.ts')),
  plant('capabilities-imports-down-only', 'server/capabilities/plant.ts', taking('../upkeep/metrics.ts')),
  plant('sidebar-api-imports-down-only', 'server/sidebar-api/plant.ts', taking('../cli/frame/pad.ts')),
  plant('upkeep-imports-down-only', 'server/upkeep/doctor/plant.ts', taking('../../cli/frame/pad.ts')),
  plant('cli-imports-down-only', 'server/cli/plant.ts', taking('../testing/test-kit.ts')),
  plant('every-file-stands-in-a-storey', 'server/new-storey/plant.ts', taking('../core/kernel/clock.ts')),
  plant('every-file-stands-in-a-storey', 'server/beside.ts', taking('./core/kernel/clock.ts')),
  plant('nothing-stands-beside-the-storeys', 'server/new-storey/held.ts', 'export const held = 1\n'),
  plant('nothing-stands-beside-the-storeys', 'server/main.ts', taking('./new-storey/held.ts')),
  plant('no-circular', 'server/core/kernel/plant-one.ts', taking('./plant-two.ts')),
  plant('no-circular', 'server/core/kernel/plant-two.ts', taking('./plant-one.ts')),
  plant('no-dead-files', 'server/records/tags/plant.ts', 'export const held = 1\n'),
  plant('no-dead-files', 'sidebar/src/ui/Plant.vue', '<template><p /></template>\n'),
  plant('no-dead-furniture', 'server/records/tags/testing/plant.ts', taking('../tags.ts')),
  plant('settings-are-ground', 'server/settings.ts', taking('./engine/tick.ts')),
  plant('rules-are-pure', 'server/rules/condition/plant.ts', taking('../../engine/tick.ts')),
  plant('wecom-knows-no-database', 'server/platform/wecom/api/plant.ts', taking('../../../core/db/db.ts')),
  plant('sandbox-is-independent', 'sandbox/api/plant.ts', taking('../../server/platform/wecom/wecom.ts')),
  plant('server-does-not-know-the-sandbox', 'server/records/media/plant.ts', taking('../../../sandbox/sandbox.ts')),
  plant(
    'sidebar-imports-only-the-contract',
    'sidebar/src/api/plant.ts',
    taking('../../../server/core/kernel/clock.ts'),
  ),
  plant('no-test-code-in-the-product', 'server/upkeep/sync/plant.ts', taking('../../testing/test-kit.ts')),
  plant('migrations-are-frozen', 'migrations/plant.ts', taking('../server/core/db/db.ts')),
  plant('nothing-below-knows-the-history', 'server/operations/tiers/plant.ts', taking('../../../migrations/index.ts')),
  plant('a-rehearsal-cannot-reach-out', 'server/upkeep/rehearsal/plant.ts', taking('../../platform/wecom/call.ts')),
]
