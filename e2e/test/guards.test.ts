import { describe, expect, it } from 'vitest';
import { withoutGuard } from '../support/guards.ts';
import { startUnguardedApp } from '../support/unguarded-app.ts';

describe('a guard of the library', () => {
  it('is taken out, whatever white space and quotes a bundler writes', () => {
    expect(withoutGuard('function finish(){waiting.abort();\n  run();}', 'once a mount')).toBe(
      'function finish(){run();}',
    );
    expect(withoutGuard('({ endpoint = "/api/convert" })', 'memory of the server')).not.toContain('/api/');
  });

  it('is not found in code that has changed', () => {
    expect(withoutGuard('waiting.abort(); later(run);', 'once a mount')).toBeNull();
  });

  it('that no script of an application has is an error', async () => {
    const app = await startUnguardedApp('http://localhost:1', ['once a mount', 'for a second']);
    app.cut('waiting.abort(); run();');
    await expect(app.close()).rejects.toThrow('for a second');
  });
});
