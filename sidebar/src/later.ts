import { loadEditor } from './send/load-editor.ts'

/** What the first look does without: each is a file of its own, loaded when the page is at rest. */
export const LATER = {
  scripts: () => import('./scripts/ScriptsPage.vue'),
  orders: () => import('./orders/OrdersPage.vue'),
  timeline: () => import('./timeline/TimelinePage.vue'),
  group: () => import('./group/GroupPage.vue'),
  day: () => import('./day/DayPage.vue'),
  edit: loadEditor,
  fields: () => import('./fields/FieldsSheet.vue'),
  tags: () => import('./tags/TagEditor.vue'),
  notes: () => import('./notes/NotesSheet.vue'),
  unwanted: () => import('./unwanted/UnwantedSheet.vue'),
  handover: () => import('./handover/HandOverSheet.vue'),
  files: () => import('./scripts/ScriptFiles.vue'),
  taskMore: () => import('./next/TaskMore.vue'),
  journeys: () => import('./journeys/WhyJourneys.vue'),
  wheels: () => import('./customer/BirthdayWheels.vue'),
}

/** All of them, so that a tap waits for nothing and finds its page without a network, too. What fails is loaded when it is
 *  wanted. */
export const loadLater = (): Promise<unknown> => Promise.allSettled(Object.values(LATER).map((load) => load()))
