import { type Emulator, startEmulator } from '@convert-fullstack/emulator';
import { it as base } from 'vitest';
import { type FunctionInstance, functionIn, type Platform } from './function.ts';
import { type Program, type ProgramOptions, runProgram } from './program.ts';
import { type Shop, shopIn } from './shop.ts';

interface Fixtures {
  /** A Convert for one test. */
  readonly emulator: Emulator;
  /** Runs a file of `examples/runtimes` in a process of its own, which does not outlive the test. */
  readonly start: (file: string, options?: ProgramOptions) => Program;
  readonly startShop: (file: string, options?: ProgramOptions) => Promise<Shop>;
  readonly startFunction: (platform: Platform, options?: ProgramOptions) => FunctionInstance;
}

export const it = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are needed.
  emulator: async ({}, use) => {
    const emulator = await startEmulator();
    await use(emulator);
    await emulator.close();
  },
  start: async ({ emulator }, use) => {
    const programs: Program[] = [];
    await use((file, options = {}) => {
      const program = runProgram(file, emulator, options);
      programs.push(program);
      return program;
    });
    for (const program of programs) program.signal('SIGKILL');
    await Promise.all(programs.map(({ ended }) => ended));
  },
  startShop: async ({ start }, use) => {
    await use((file, options) => shopIn(start(file, options)));
  },
  startFunction: async ({ start }, use) => {
    await use((platform, options) => functionIn(start(`test/support/platforms/${platform}.mjs`, options)));
  },
});
