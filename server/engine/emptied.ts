/** What stands where the content of an event or an action was that is older than its content is kept. Nothing else says this:
 *  `{}` is the whole content of actions that only name their kind, such as `tag.list`. */
export const EMPTIED = '{"emptied":true}'
