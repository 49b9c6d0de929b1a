import type { Logger } from '../ports.ts';

export interface LogRecord {
  readonly level: Parameters<Logger['log']>[0];
  readonly message: string;
  readonly details: Parameters<Logger['log']>[2];
}

export interface RecordingLogger extends Logger {
  /** Everything logged so far, in order. */
  readonly records: readonly LogRecord[];
}

/** A logger for `new Core({ logger, logLevel: 'debug' })` that keeps what it is told; below `logLevel` it is told nothing. */
export function recordingLogger(): RecordingLogger {
  const records: LogRecord[] = [];
  return {
    records,
    log(level, message, details) {
      records.push({ level, message, details });
    },
  };
}
