import type { Program } from './frame/command.ts'
import { catalogueCommand } from './people/catalogue-command.ts'
import { consentsCommand, restrictCommand } from './people/consent-commands.ts'
import { createEraseCommand, type EraseDeps } from './people/erase-command.ts'
import { exportCommand } from './people/export-command.ts'
import { reapplyCommand, saveListCommand } from './people/list-commands.ts'
import { maskPhonesCommand, rehashPhonesCommand } from './people/phone-commands.ts'

export const createPeopleProgram = (deps: Partial<EraseDeps> = {}): Program => ({
  name: 'people',
  says: '个人信息（个人信息保护法）：有什么、导出一位客户的、删除、限制处理。',
  commands: [
    catalogueCommand,
    exportCommand,
    createEraseCommand(deps),
    restrictCommand,
    consentsCommand,
    maskPhonesCommand,
    rehashPhonesCommand,
    saveListCommand,
    reapplyCommand,
  ],
})
