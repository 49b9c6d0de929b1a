import type { Logger } from '@convert-fullstack/core';
import type { ConvertOptions } from './options.ts';

/** Log lines about what cost requests their experiments: one per kind of failure, however many requests meet it. */
export interface Notices {
  failure(what: string, error: unknown): void;
}

export function createNotices(options: ConvertOptions): Notices {
  const { logger = consoleLogger, logLevel = 'warn' } = options;
  const secrets = [options.sdkKeySecret, options.sdkKey, options.debugToken, options.secret].filter(isText);
  const told = new Set<string>();
  return {
    failure(what, error) {
      if (logLevel === 'error' || logLevel === 'silent' || told.has(what)) return;
      told.add(what);
      const message = `${what} failed; pages show the original. Further failures of this kind are not reported.`;
      logger.log('warn', message, { error: describe(error, secrets) });
    },
  };
}

// A message may quote a URL, and a config URL contains the SDK key.
function describe(error: unknown, secrets: readonly string[]): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  return secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text);
}

function isText(value: string | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

const consoleLogger: Logger = {
  log(level, message, { error }) {
    console[level](`[convert] ${message} ${error}`);
  },
};
