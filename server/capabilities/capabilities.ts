import { credit } from '../operations/credit/manifest.ts'
import { grants } from '../operations/grants/manifest.ts'
import { groupWelcome } from '../operations/group-welcomes/manifest.ts'
import { handover, handoverLog } from '../operations/handover/manifest.ts'
import { interceptRules } from '../operations/intercepts/manifest.ts'
import { massSend } from '../operations/mass-send/manifest.ts'
import { moments } from '../operations/moments/manifest.ts'
import { receivers } from '../operations/receivers/manifest.ts'
import { routing } from '../operations/routing/manifest.ts'
import { scripts } from '../operations/scripts-library/manifest.ts'
import { sop } from '../operations/sop/manifest.ts'
import { tasks } from '../operations/tasks/manifest.ts'
import { tiers } from '../operations/tiers/manifest.ts'
import { welcome } from '../operations/welcome/manifest.ts'
import { platformAlerts } from '../records/alerts/manifest.ts'
import { channels } from '../records/channels/manifest.ts'
import { customers } from '../records/customers/manifest.ts'
import { groups } from '../records/groups/manifest.ts'
import { links } from '../records/links/manifest.ts'
import { media } from '../records/media/manifest.ts'
import { notes } from '../records/notes/manifest.ts'
import { optOut } from '../records/opt-out/manifest.ts'
import { orders } from '../records/orders/manifest.ts'
import { privacy } from '../records/privacy/manifest.ts'
import { profiles } from '../records/profiles/manifest.ts'
import { scores } from '../records/scores/manifest.ts'
import { staff, staffTelling } from '../records/staff/manifest.ts'
import { stopWords } from '../records/stop-words/manifest.ts'
import { surveys } from '../records/surveys/manifest.ts'
import { tags } from '../records/tags/manifest.ts'
import { timeline } from '../records/timeline/manifest.ts'
import { toldConsents } from '../records/told-consents/manifest.ts'
import { toldTags } from '../records/told-tags/manifest.ts'
import { touches } from '../records/touches/manifest.ts'
import { visits } from '../records/visits/manifest.ts'
import { worth } from '../records/worth/manifest.ts'

/** Everything we know and do. In this order they hear of one event, and their tables go back in time; what each is made of
 *  is seen to by its `needs`. Where the order matters a comment says why. */
export const CAPABILITIES = [
  privacy,
  timeline,
  platformAlerts,
  staff,
  staffTelling,
  channels,
  customers,
  tags,
  groups,
  notes,
  orders,
  scores,
  worth,
  profiles,
  surveys,
  toldConsents,
  toldTags,
  optOut,
  stopWords,
  links,
  visits,
  touches,
  media,
  scripts,
  // First, so that a journey does not ask the guide for what the welcome brings.
  routing,
  tiers,
  // A journey's own welcome goes before the channel's; whichever claims the friendship first sends it.
  sop,
  welcome,
  tasks,
  grants,
  credit,
  massSend,
  moments,
  groupWelcome,
  interceptRules,
  receivers,
  handoverLog,
  handover,
] as const
