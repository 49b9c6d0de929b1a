/** Keeps what the visitor said about experiments: `yes` or `no`. */
export const EXPERIMENTS_COOKIE = 'experiments';
