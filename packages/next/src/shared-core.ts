import { Core, type CoreOptions } from '@convert-fullstack/core';
import { createUserAgentParser, type ParseUserAgent } from '@convert-fullstack/server';
import { inTime } from './in-time.ts';
import { outsideRender } from './next-protocol.ts';
import { createNotices, type Notices } from './notices.ts';
import { type ConvertOptions, coreOptions, TIMEOUT_MS } from './options.ts';
import { createVisitSigner, type VisitCarrier } from './visit-header.ts';
import { createVisitTable } from './visit-table.ts';

/** What all bundles of one process share for one set of options. */
export interface SharedCore {
  /** `null` when the options were refused; that has been reported. */
  readonly core: Core | null;
  readonly carrier: Promise<VisitCarrier>;
  readonly parseUserAgent: ParseUserAgent;
  readonly notices: Notices;
  /** Resolves when the first load of the config has settled, `timeoutMs` after the first use at the latest. */
  readonly firstConfig: Promise<void>;
  /** The carrier, once `firstConfig` has resolved as well: from then on at once, since every request asks. */
  readonly ready: () => VisitCarrier | Promise<VisitCarrier>;
  readonly project: string;
  isClosed: boolean;
}

const SLOT = Symbol.for('@convert-fullstack/next');

/**
 * Returns how to get at the one Core of this process for these options; it is made on first use.
 *
 * Next.js bundles the proxy and the pages separately, so each has its own copy of every module; only `globalThis` is
 * the same for both.
 */
export function coreFor(options: ConvertOptions): () => SharedCore {
  let shared: SharedCore | undefined;
  return () => {
    if (shared === undefined || shared.isClosed) shared = outsideRender(() => findOrMake(options));
    return shared;
  };
}

function findOrMake(options: ConvertOptions): SharedCore {
  const slot = openSlot();
  const key = fingerprint(options);
  const existing = slot.get(key);
  if (existing && !existing.isClosed) return existing;
  const made = makeShared(options);
  // Options that come back after they were closed belong to a second, living createConvert(), not to an edited one.
  if (process.env.NODE_ENV === 'development' && !existing) closeEdited(slot, made.project);
  slot.set(key, made);
  return made;
}

function openSlot(): Map<string, SharedCore> {
  const holder = globalThis as { [SLOT]?: Map<string, SharedCore> };
  holder[SLOT] ??= new Map();
  return holder[SLOT];
}

/** An edit during development evaluates `createConvert()` anew: what it made before the edit would go on refreshing. */
function closeEdited(slot: Map<string, SharedCore>, project: string): void {
  for (const shared of slot.values()) {
    if (shared.project !== project || shared.isClosed) continue;
    shared.isClosed = true;
    const { core } = shared;
    core?.flush().then(() => core.close());
  }
}

function makeShared(options: ConvertOptions): SharedCore {
  const { timeoutMs = TIMEOUT_MS, secret } = options;
  const { sdkKey, ...others } = coreOptions(options);
  const notices = createNotices(options);
  const core = makeCore({ ...others, ...(sdkKey !== undefined && { sdkKey }), ...ofTheProcess(options) }, notices);
  const carrier = secret === undefined ? Promise.resolve(createVisitTable()) : createVisitSigner(secret);
  // Whoever awaits it gets the failure; nobody may be awaiting it yet.
  carrier.catch(() => {});
  const firstConfig = waitForConfig(core, timeoutMs);
  return {
    core,
    carrier,
    parseUserAgent: createUserAgentParser(),
    notices,
    firstConfig,
    ready: atOnceWhenSettled(firstConfig.then(() => carrier)),
    project: projectOf(options),
    isClosed: false,
  };
}

/** Core's own requests and chances, whichever page they come up in. */
function ofTheProcess({
  transport = {},
  random = Math.random,
}: ConvertOptions): Pick<CoreOptions, 'transport' | 'random'> {
  const fetch: typeof globalThis.fetch = (...args) => outsideRender(() => globalThis.fetch(...args));
  const isOwn = 'fetchConfig' in transport || 'fetch' in transport;
  return { transport: isOwn ? transport : { ...transport, fetch }, random: () => outsideRender(random) };
}

function makeCore(options: CoreOptions, notices: Notices): Core | null {
  try {
    return new Core(options);
  } catch (error) {
    notices.failure('createConvert()', error);
    return null;
  }
}

async function waitForConfig(core: Core | null, timeoutMs: number): Promise<void> {
  if (core === null) return;
  const settled = core.initialize();
  if (core.currentConfig !== null) return;
  await inTime(settled, timeoutMs);
}

function atOnceWhenSettled<T>(pending: Promise<T>): () => T | Promise<T> {
  let settled: { readonly value: T } | null = null;
  pending.then(
    (value) => {
      settled = { value };
    },
    () => {}, // whoever awaits it gets the failure
  );
  return () => settled?.value ?? pending;
}

// Compared between bundles. Functions and instances differ there although they come from the same line, so only their
// presence counts.
function fingerprint(options: ConvertOptions): string {
  const { dataStore, logger, clock, random, ...plain } = coreOptions(options);
  const present = [dataStore, logger, clock, random].map((port) => port !== undefined);
  try {
    return JSON.stringify([present, plain, options.secret], (_key, value: unknown) =>
      typeof value === 'function' ? 'function' : value,
    );
  } catch {
    // A config that JSON cannot write is no config: Core says so, with the field's name.
    return 'unwritable';
  }
}

function projectOf({ sdkKey, data }: ConvertOptions): string {
  if (sdkKey !== undefined) return sdkKey;
  const project = (data as { project?: { id?: unknown } } | null | undefined)?.project;
  return String(project?.id);
}
