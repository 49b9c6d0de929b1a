import type { Logger, LogLevel } from '../ports.ts';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Writes records of the given level and above to the console. */
export const consoleLogger: Logger = {
  log(level, message, details) {
    const facts = Object.entries(details).map(([name, value]) => `${name}=${value}`);
    console[level](['[convert]', message, ...facts].join(' '));
  },
};

/** The logger, silent below `minimum`. */
export function withLevel(logger: Logger, minimum: LogLevel): Logger {
  const threshold = ORDER.indexOf(minimum);
  return {
    log(level, message, details) {
      if (ORDER.indexOf(level) < threshold) return;
      try {
        logger.log(level, message, details);
      } catch {
        // A logger that fails must not take a page with it, and there is nobody left to tell.
      }
    },
  };
}
