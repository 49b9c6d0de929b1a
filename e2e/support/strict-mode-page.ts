import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import type { UnguardedApp } from './unguarded-app.ts';

/** Opens a page with React's development build: the production one runs effects once in StrictMode too. */
export async function openInStrictMode(page: Page, cut: UnguardedApp['cut']): Promise<void> {
  const body = `<!doctype html><div></div><script type="module">${cut(await script())}</script>`;
  await page.route('**/strict-mode', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto('/strict-mode');
}

async function script(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      loader: 'tsx',
      resolveDir: fileURLToPath(new URL('../fixture-app', import.meta.url)),
      contents: `
        import { ConvertProvider } from '@convert-fullstack/react';
        import { StrictMode } from 'react';
        import { createRoot } from 'react-dom/client';
        import { Convert } from './app/convert-button';
        import { Shown } from './app/shown';

        const payload = await (await fetch('/api/convert/payload?url=/pricing')).json();
        createRoot(document.querySelector('div')).render(
          <StrictMode>
            <ConvertProvider payload={payload}><Shown of="pricing-page" /><Convert /></ConvertProvider>
          </StrictMode>,
        );
      `,
    },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
