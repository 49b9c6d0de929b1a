import type { NextConfig } from 'next';

// What the storefront leaves at its default: here navigation keeps pages in a hidden <Activity> and prefetches run server code.
const config: NextConfig = {
  agentRules: false,
  poweredByHeader: false,
  reactStrictMode: true,
  cacheComponents: true,
  partialPrefetching: true,
  // Readable code is what tests can take a guard out of.
  experimental: { turbopackMinify: false },
};

export default config;
