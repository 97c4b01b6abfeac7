import type { Desk } from '../desk.ts'
import type { Staff } from '../world.ts'

export const guide = (
  userId: string,
  name: string,
  departments: number[],
  gender: 1 | 2,
  position = '导购',
): Staff => ({
  userId,
  name,
  departments,
  position,
  canContact: true,
  gender,
  left: false,
})

/** Two guides and nothing else. */
export function seedEmpty({ world }: Desk): void {
  world.staff.set('zhangsan', guide('zhangsan', '张三', [1], 1))
  world.staff.set('lisi', guide('lisi', '李四', [1], 2))
}
