import { ConvertError, type Logger } from '@convert-fullstack/core';
import type { ConvertOptions } from './options.ts';

/** Log lines about what costs requests their experiments: one of a kind, however many requests meet it. */
export interface Notices {
  failure(what: string, error: unknown): void;
  /** What an application should do. */
  advice(message: string): void;
}

export function createNotices(options: ConvertOptions): Notices {
  const { logger = consoleLogger, logLevel = 'warn' } = options;
  const secrets = [options.sdkKeySecret, options.sdkKey, options.debugToken, options.secret].filter(isText);
  const told = new Set<string>();

  function isNew(what: string): boolean {
    if (logLevel === 'error' || logLevel === 'silent' || told.has(what)) return false;
    told.add(what);
    return true;
  }

  return {
    failure(what, error) {
      if (!isNew(what)) return;
      const message = `${what} failed; pages show the original. Further failures of this kind are not reported.`;
      logger.log('warn', message, { error: describe(error, secrets) });
    },
    advice(message) {
      if (isNew(message)) logger.log('warn', message, {});
    },
  };
}

// A message may quote anything: visitors' data, and URLs that contain the SDK key. Only its developer needs it.
function describe(error: unknown, secrets: readonly string[]): string {
  if (!(error instanceof Error)) return typeof error;
  if (process.env.NODE_ENV === 'production' && !(error instanceof ConvertError)) return error.name;
  const text = `${error.name}: ${error.message}`;
  return secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text);
}

function isText(value: string | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

const consoleLogger: Logger = {
  log(level, message, { error = '' }) {
    console[level](`[convert] ${message} ${error}`.trimEnd());
  },
};
