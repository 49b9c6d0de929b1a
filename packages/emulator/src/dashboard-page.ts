import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface DashboardPage {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

// In this order a module only uses what came before it.
const modules = [
  'elements.js',
  'interval-plot.js',
  'split-note.js',
  'health-note.js',
  'variation-rows.js',
  'experience-card.js',
  'project-table.js',
  'feed-list.js',
  'main.js',
];

/** The dashboard as one document that loads nothing but its own state. */
export function dashboardPage(): DashboardPage {
  const style = readPart('dashboard.css');
  const script = modules.map(readPart).map(joinable).join('\n');
  const html = readPart('dashboard.html')
    .replace('<!-- style -->', () => `<style>${style}</style>`)
    .replace('<!-- script -->', () => `<script type="module">${script}</script>`);
  return {
    html,
    // Only these two texts may act: whatever an event contains, it cannot become code.
    contentSecurityPolicy: [
      "default-src 'none'",
      "connect-src 'self'",
      'img-src data:',
      `style-src ${hashSource(style)}`,
      `script-src ${hashSource(script)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

function readPart(name: string): string {
  return readFileSync(new URL(`../dashboard/${name}`, import.meta.url), 'utf8');
}

// All modules share the page's one script, so their imports and exports have done their work.
function joinable(source: string): string {
  return source.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, '');
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
