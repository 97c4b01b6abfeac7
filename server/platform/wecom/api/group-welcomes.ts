import Type, { type Static } from 'typebox'
import { GROUP_WELCOME_BYTES, MESSAGE_TEXT_BYTES } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Bytes, notAllEmpty } from '../wire/text-limits.ts'
import { attachmentDetails } from './attachment.ts'
import { Done, Id, optionalText } from './common.ts'

const PATH = '/cgi-bin/externalcontact/group_welcome_template'
const KINDS = ['image', 'link', 'miniprogram', 'file', 'video'] as const

/** Text and one attachment. */
const content = (textBytes: number) => ({
  text: Type.Optional(Type.Object({ content: Bytes(textBytes, '入群欢迎语') })),
  image: Type.Optional(attachmentDetails.image),
  link: Type.Optional(attachmentDetails.link),
  miniprogram: Type.Optional(attachmentDetails.miniprogram),
  file: Type.Optional(attachmentDetails.file),
  video: Type.Optional(attachmentDetails.video),
})
const isContent = (value: Partial<Record<(typeof KINDS)[number] | 'text', unknown>>): boolean =>
  notAllEmpty(['text', ...KINDS], value) && KINDS.filter((kind) => value[kind] !== undefined).length <= 1
const NOT_CONTENT = '入群欢迎语要有正文或附件，附件只能有一个'

const Add = post({
  path: `${PATH}/add`,
  request: Type.Refine(
    Type.Object({
      ...content(GROUP_WELCOME_BYTES),
      notify: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
    }),
    isContent,
    () => NOT_CONTENT,
  ),
  answer: Type.Object({ template_id: Id }),
})
const Edit = post({
  path: `${PATH}/edit`,
  repeatable: true,
  request: Type.Refine(Type.Object({ template_id: Id, ...content(MESSAGE_TEXT_BYTES) }), isContent, () => NOT_CONTENT),
  answer: Done,
})
const Loose = Type.Optional(Type.Record(Type.String(), Type.Unknown()))
const Get = post({
  path: `${PATH}/get`,
  repeatable: true,
  request: Type.Object({ template_id: Id }),
  answer: Type.Object({
    text: Type.Optional(Type.Object({ content: optionalText })),
    image: Loose,
    link: Loose,
    miniprogram: Loose,
    file: Loose,
    video: Loose,
  }),
})
const Del = post({ path: `${PATH}/del`, request: Type.Object({ template_id: Id }), answer: Done })

/** Library of group welcomes (入群欢迎语素材), ≤100 per corp. Group owners pick one by hand: no call sends it. An app
 *  manages its own only. `%NICKNAME%` stands for the newcomer's name. Doc 92366. */
export const createGroupWelcomes = (call: Call) => ({
  /** Text ≤3,000 bytes, one attachment; notify 1 (default) tells group owners. Throws 41055 when the library is full,
   *  40007 for dead media. NOT safe to repeat: each call makes another. */
  add: (body: Static<typeof Add.request>) => call(Add, body),
  /** Replaces all; text ≤4,000 bytes. Throws 41058 for a template of another app or gone. Safe to repeat. */
  edit: (body: Static<typeof Edit.request>) => call(Edit, body),
  /** Safe to repeat. */
  get: (body: Static<typeof Get.request>) => call(Get, body),
  /** Repeating throws 41058. */
  del: (body: Static<typeof Del.request>) => call(Del, body),
})
