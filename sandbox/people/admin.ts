import type { AppSettings } from '../app-settings.ts'
import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import { dropTag, putTag, putTagGroup } from '../tag-library.ts'
import type { StaffState, Tag } from '../world.ts'
import { strategyOf } from './strategy-of.ts'

/** What an administrator does in the console. */
export function adminControls(desk: Desk) {
  const { world, callbacks } = desk

  const sendTag = (changeType: string, tagType: string, id: string): void => {
    callbacks.send('change_external_tag', [
      ['Id', id],
      ['TagType', tagType],
      ...strategyOf(desk, id),
      ['ChangeType', changeType],
    ])
    desk.changed()
  }

  return {
    /** The app's page in the console. */
    configureApp: (input: Partial<AppSettings>): void => {
      Object.assign(world.app, input)
      desk.changed()
    },
    /** Something is wrong with the account; without `state`: all is well again. */
    setStaffState: (input: { userId: string; state?: StaffState | null }): void => {
      const staff = world.staff.get(input.userId)
      if (!staff || staff.left) throw new DeskError('没有这位员工')
      if (input.state) staff.state = input.state
      else delete staff.state
      desk.changed()
    },
    /** In the console; the app may not edit or delete such tags. */
    createTag: async (input: { group: string; name: string }): Promise<Tag> => {
      const groupsBefore = world.tagGroups.size
      const group = putTagGroup(desk, input.group, { byApp: false })
      const tag = putTag(desk, group, input.name, { byApp: false })
      if (world.tagGroups.size > groupsBefore) sendTag('create', 'tag_group', group.id)
      sendTag('create', 'tag', tag.id)
      return tag
    },
    renameTag: async (input: { id: string; name: string }): Promise<void> => {
      const target = world.tags.get(input.id) ?? world.tagGroups.get(input.id)
      if (!target) throw new DeskError('没有这个标签')
      target.name = input.name
      sendTag('update', 'tagIds' in target ? 'tag_group' : 'tag', input.id)
    },
    deleteTag: async (input: { id: string }): Promise<void> => {
      const tag = world.tags.get(input.id)
      if (!tag) throw new DeskError('没有这个标签')
      dropTag(desk, tag)
      const group = world.tagGroups.get(tag.groupId)
      if (group?.deleted) sendTag('delete', 'tag_group', group.id)
      else sendTag('delete', 'tag', tag.id)
    },
  }
}
