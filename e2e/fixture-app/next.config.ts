import type { NextConfig } from 'next';

// What the storefront leaves at its default: here navigation keeps pages in a hidden <Activity> and prefetches run server code.
const config: NextConfig = {
  agentRules: false,
  poweredByHeader: false,
  reactStrictMode: true,
  cacheComponents: true,
  partialPrefetching: true,
  // Chromium puts no page into its back/forward cache that is `no-store` and whose relay sets a cookie.
  async headers() {
    return [{ source: '/pricing/kept', headers: [{ key: 'cache-control', value: 'private, no-cache' }] }];
  },
};

export default config;
