import type { NextConfig } from 'next';

const config: NextConfig = {
  agentRules: false,
  poweredByHeader: false,
  experimental: {
    // Both routers have static pages in `convert`. The Pages Router would take its own for the other's, and ask for a new document.
    clientRouterFilter: false,
  },
};

export default config;
