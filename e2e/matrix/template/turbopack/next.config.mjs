/** Without what only a second build would read. */
export default { experimental: { turbopackFileSystemCacheForBuild: false } };
