import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'

/** A customer took a tracked link, in WeChat and by all we can see themselves; once a minute for each link. */
export const LinkClicked = defineOwnEvent(
  'link.clicked',
  Type.Object({ externalUserId: Type.String(), link: Type.String(), atMs: Type.Number() }),
  {
    triggers: [
      {
        name: 'link.clicked',
        zh: '点了消息里的链接',
        about: 'customer',
        filters: { link: { zh: '只认这个链接（policy.yaml 里的名字）', holds: ({ link }, wanted) => link === wanted } },
      },
    ],
    forwards: ['link', 'atMs'],
    replay: leftOut('clicks count as known from the beginning'),
  },
)
