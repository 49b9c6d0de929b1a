/** Where playwright.config.ts starts the servers. */
export const STOREFRONT = 'http://localhost:3010';
export const FIXTURE_APP = 'http://localhost:3011';
export const RENDERING = 'http://localhost:3012';
export const CACHE_COMPONENTS = 'http://localhost:3013';
export const EDGE_RUNTIME = 'http://localhost:3014';
export const EMULATOR = 'http://localhost:4410';

/** What the middleware on the edge signs its visits with. */
export const EDGE_SECRET = 'visits-of-the-tests';

/** What the storefront's orders are signed with. */
export const ORDER_WEBHOOK_SECRET = 'orders-of-the-tests';
