import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '@convert-fullstack/emulator';

const EXAMPLES = new URL('../../', import.meta.url);
const FROM_SOURCES = new URL('from-sources.mjs', import.meta.url);

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Runs the example with one of its texts replaced, to show what that text is there for. */
  readonly changed?: Change;
}

export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A Node.js process of its own. */
export interface Program {
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** What it has printed as errors, once it has ended. */
  readonly errors: Promise<string>;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Lines for its standard input, as JSON. */
  write(...lines: readonly object[]): void;
  endInput(): void;
  signal(signal: NodeJS.Signals): void;
}

/** Runs a file of `examples/runtimes` as `node file …args`, with the emulator as its Convert. */
export function runProgram(file: string, emulator: Emulator, { args = [], changed }: ProgramOptions): Program {
  const child = spawn(process.execPath, ['--import', FROM_SOURCES.href, file, ...args], {
    cwd: fileURLToPath(EXAMPLES),
    env: {
      ...process.env,
      CONVERT_SDK_KEY: emulator.sdkKey,
      CONVERT_CONFIG_URL: emulator.configUrl,
      CONVERT_TRACK_URL: emulator.trackUrl,
      PORT: '0',
      CHANGED: JSON.stringify(changed ? textsOf(changed) : ['', '']),
    },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const errors = text(child.stderr);
  return {
    ended: once(child, 'close').then(([code, signal]) => signal ?? code),
    errors,
    async line() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${file} has ended without another line.\n${await errors}`);
      return value;
    },
    write: (...objects) => void child.stdin.write(objects.map((object) => `${JSON.stringify(object)}\n`).join('')),
    endInput: () => void child.stdin.end(),
    signal: (signal) => void child.kill(signal),
  };
}

function textsOf({ file, from, to }: Change): readonly [from: string, to: string] {
  if (readFileSync(new URL(file, EXAMPLES), 'utf8').split(from).length === 2) return [from, to];
  throw new Error(`${file} must contain this text once, or its absence shows nothing: ${from}`);
}
