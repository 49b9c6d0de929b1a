import type { NextConfig } from 'next';

const config: NextConfig = {
  agentRules: false,
  poweredByHeader: false,
  cacheComponents: true,
  partialPrefetching: true,
};

export default config;
