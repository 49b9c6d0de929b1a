import { describe, expect } from 'vitest';
import { it } from './support/it.ts';
import { comesBack, converted } from './support/orders.ts';

describe.concurrent('CLI', () => {
  it('has delivered when it exits', async ({ emulator, start }) => {
    const cli = start('cli.mjs', { args: ['visitor-1', 'checkout-started', 'purchase'] });
    expect(await cli.ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1', 'visitor-1']);
  });

  it('has delivered what came before a mistake', async ({ emulator, start }) => {
    const cli = start('cli.mjs', { args: ['visitor-1', 'purchase', 'no-such-goal'] });
    expect(await cli.ended).toBe(1);
    expect(await cli.errors).toContain('no-such-goal (goal_not_found)');
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('gives up after three seconds while Convert is away', async ({ emulator, start }) => {
    emulator.setFaults({ track: 'error' });
    const started = performance.now();
    const cli = start('cli.mjs', { args: ['visitor-1', 'purchase'] });
    expect(await cli.ended).toBe(0);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it.for(['SIGINT', 'SIGTERM'] as const)('loses what is under way on %s', async (signal, { emulator, start }) => {
    emulator.setFaults({ track: 'error' });
    const cli = start('cli.mjs', { args: ['visitor-1', 'purchase'] });
    expect(await cli.line()).toBe('purchase');
    cli.signal(signal);
    expect(await cli.ended).toBe(signal);
    await comesBack(emulator);
    expect(converted(emulator)).toEqual([]);
  });

  it('would lose its events without flush()', async ({ emulator, start }) => {
    const changed = { file: 'cli.mjs', from: 'await core.flush();', to: '' };
    const cli = start('cli.mjs', { args: ['visitor-1', 'purchase'], changed });
    expect(await cli.ended).toBe(0);
    expect(converted(emulator)).toEqual([]);
  });

  it('would lose its events if it exited before', async ({ emulator, start }) => {
    const changed = { file: 'cli.mjs', from: 'await core.flush();', to: 'process.exit();' };
    const cli = start('cli.mjs', { args: ['visitor-1', 'purchase'], changed });
    expect(await cli.ended).toBe(0);
    expect(converted(emulator)).toEqual([]);
  });
});
