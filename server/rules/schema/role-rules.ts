import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }

const Department = Type.Union([Type.String({ minLength: 1 }), Type.Integer({ minimum: 1 })])
const departments = (description: string) => Type.Optional(Type.Array(Department, { minItems: 1, description }))

/** Who gets one role: the named members, all members of departments, the heads that WeCom names, and operators of the
 *  command line. */
const RoleGrant = Type.Object(
  {
    role: Type.Union([Type.Literal('lead'), Type.Literal('ops'), Type.Literal('owner'), Type.Literal('auditor')], {
      description: '角色：lead 店长、ops 运营、owner 负责人、auditor 审计',
    }),
    /** userids. */
    members: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: '成员的 userid' })),
    departments: departments('这些部门的全部成员，写部门名字或编号'),
    /** The heads of departments, each for the own ones. */
    leaders: Type.Optional(Type.Boolean({ description: '企业微信里的部门负责人，各看各的部门' })),
    /** Of a lead: whose customers they see. Default: the departments that they head or belong to. */
    /** Names by which commands know their operator (OPERATOR, or the system's account). */
    operators: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        description: '命令行里的操作人（环境变量 OPERATOR，不设就是系统账号）；写了以后，命令按角色放行',
      }),
    ),
    of: departments('店长看哪些部门（含下级）的导购的客户；不写就是自己的部门'),
  },
  strict,
)
export type RoleGrant = Static<typeof RoleGrant>

/** config/roles.yaml — who sees more than their own customers. Being a guide is WeCom's to say. */
export const RoleRules = Type.Object(
  {
    roles: Type.Array(RoleGrant, {
      minItems: 1,
      description: '每一项给一个角色：role 加上 members、departments、leaders 或 operators',
    }),
  },
  strict,
)
export type RoleRules = Static<typeof RoleRules>
