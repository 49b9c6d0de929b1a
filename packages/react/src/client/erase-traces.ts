import type { PageCore } from './page-core.ts';
import { eraseConfig } from './stored-config.ts';
import { eraseVisitor } from './visitor-cookie.ts';

/** What the session does not erase itself, after a denial. */
export function eraseTraces(core: PageCore | null): void {
  eraseVisitor();
  eraseConfig();
  core?.forget();
}
