/** Here and not among those of `later.ts`, whose pages hold the cards that ask for it. */
export const loadEditor = () => import('./TextEditor.vue')
