import { readFileSync } from 'node:fs';
import { Core, type CoreOptions } from '@convert-fullstack/core';

/** The sample store's config; a fresh copy. */
function sampleProject(): unknown {
  return JSON.parse(readFileSync(new URL('../../emulator/projects/sample-project.json', import.meta.url), 'utf8'));
}

/** A Core that is ready and whose events go nowhere unless `options` say so. */
export function sampleCore(options: Omit<CoreOptions, 'sdkKey'> = {}): Core {
  return new Core({ data: sampleProject(), environment: 'production', logLevel: 'silent', ...options });
}

export const HERO = { key: 'home-hero', id: '3009860001', variationIds: ['3009870001', '3009870002', '3009870003'] };
export const PRICING = { key: 'pricing-page', id: '3009860002', variationIds: ['3009870004', '3009870005'] };
