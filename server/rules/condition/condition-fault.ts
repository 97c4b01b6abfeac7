/** Something wrong in a written condition. `at`: the keys and indices that lead to it from the condition's own root;
 *  `message` and `suggestion`: Chinese, for ops staff. */
export interface ConditionFault {
  at: (string | number)[]
  /** It is about the last key of `at`, not about its value. */
  key?: true
  message: string
  suggestion?: string
}
