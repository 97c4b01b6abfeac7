/** How sends, to-dos and tags of a step of a group SOP are called. */
export const stepName = (groupSop: string, step: string): string => `${groupSop}·${step}`
