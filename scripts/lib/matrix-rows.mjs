import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './toolchain.mjs';

const { devDependencies: newest } = JSON.parse(readFileSync(join(ROOT, 'packages/next/package.json'), 'utf8'));

const REACT_18 = { react: '18.2.0', 'react-dom': '18.2.0', '@types/react': '18.3.8', '@types/react-dom': '18.3.7' };
const REACT_19 = {
  react: newest.react,
  'react-dom': newest['react-dom'],
  '@types/react': newest['@types/react'],
  '@types/react-dom': newest['@types/react'],
};

/**
 * The versions that are supported, from the newest to the oldest. `layers`: folders of e2e/matrix/template. What is newest
 * follows the versions that this repository itself is built with.
 */
export const ROWS = [
  {
    name: 'newest',
    says: 'Turbopack, App and Pages Router, proxy.ts',
    versions: { next: newest.next, ...REACT_19 },
    buildFlags: [],
    layers: ['app-router', 'pages-router', 'proxy', 'turbopack'],
  },
  {
    name: 'newest-webpack',
    says: 'webpack, App and Pages Router, proxy.ts',
    versions: { next: newest.next, ...REACT_19 },
    buildFlags: ['--webpack'],
    layers: ['app-router', 'pages-router', 'proxy', 'webpack'],
  },
  {
    name: 'next-15',
    says: 'webpack, App and Pages Router, middleware.ts (Node.js)',
    versions: { next: '15.5.29', ...REACT_19 },
    buildFlags: [],
    layers: ['app-router', 'pages-router', 'middleware-node', 'webpack'],
  },
  {
    name: 'oldest',
    says: 'webpack, App and Pages Router, middleware.ts (edge)',
    versions: { next: '15.1.0', ...REACT_18 },
    buildFlags: [],
    layers: ['app-router', 'pages-router', 'middleware', 'webpack'],
    // What middleware hands on has to be verified in another process.
    env: { CONVERT_SECRET: 'known to both' },
  },
];
