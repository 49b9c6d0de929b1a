/** Stands for the visitor of a static page until it is known who that is. Counts for nobody. */
export const AWAITED_VISITOR = '';
