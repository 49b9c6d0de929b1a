import { JSDOM } from 'jsdom';
import { expect, onTestFinished, vi } from 'vitest';
import type { Emulator } from '../src/index.ts';

/** Opens the dashboard. What it returns reads the page's texts. */
export async function openPage({ url, dashboardUrl }: Emulator): Promise<(selector: string) => string[]> {
  const page = await (await fetch(dashboardUrl)).text();
  const { window } = new JSDOM(page, { url: dashboardUrl, runScripts: 'outside-only' });
  onTestFinished(() => window.close());
  window.fetch = (path) => fetch(new URL(path, url));
  window.EventSource = ConnectedAtOnce;
  // jsdom runs no module scripts. This one imports nothing, so that it can be any script.
  window.eval(`'use strict';${/<script type="module">(.*)<\/script>/s.exec(page)?.[1]}`);
  const textsOf = (selector: string) => [...window.document.querySelectorAll(selector)].map((it) => it.textContent);
  await vi.waitFor(() => expect(textsOf('#totals dd')).toHaveLength(5), { timeout: 10_000 });
  return textsOf;
}

// jsdom has no EventSource.
class ConnectedAtOnce {
  addEventListener(name: string, listener: () => void): void {
    if (name === 'open') queueMicrotask(listener);
  }
}
