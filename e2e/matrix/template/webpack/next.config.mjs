/** Without what only a second build or a host would read: a cache, and the lists of files to deploy. */
export default {
  outputFileTracingExcludes: { '**': ['**/*'] },
  webpack: (config) => ({ ...config, cache: false }),
};
