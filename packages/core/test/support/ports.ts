/// <reference types="node" />
import {
  Core,
  type CoreOptions,
  type DataStore,
  type Logger,
  type StoredVisitor,
  type TrackedEvent,
  type TrackingBody,
  type Transport,
  type TransportRequest,
} from '@convert-fullstack/core';
import { onTestFinished } from 'vitest';

type Headers = Readonly<Record<string, string>>;
export type ConfigAnswer = { readonly status: number; readonly headers?: Headers; readonly body?: unknown };
type Later<T> = T | Promise<T>;

/** A service in memory: gives the scripted answers, then the last one again and again, and keeps what it was asked. */
export class MemoryTransport implements Transport {
  readonly configRequests: TransportRequest[] = [];
  readonly sent: (TransportRequest & { readonly body: TrackingBody })[] = [];
  /** What the next config requests are answered with; an Error is a request that gets no answer. */
  configs: (ConfigAnswer | Error | Promise<ConfigAnswer>)[] = [{ status: 404 }];
  /** What the next tracking requests are answered with. */
  answers: Later<number | Error | { readonly status: number; readonly headers: Headers }>[] = [200];

  async fetchConfig(request: TransportRequest): Promise<{ status: number; headers: Headers; body: unknown }> {
    this.configRequests.push(request);
    const answer = await next(this.configs);
    if (answer instanceof Error) throw answer;
    return { headers: {}, body: undefined, ...answer };
  }

  async send(
    request: TransportRequest & { readonly body: TrackingBody },
  ): Promise<{ status: number; headers: Headers }> {
    this.sent.push(request);
    const answer = await next(this.answers);
    if (answer instanceof Error) throw answer;
    return typeof answer === 'number' ? { status: answer, headers: {} } : answer;
  }

  /** Every event sent, in order, with its visitor. */
  get events(): { readonly visitorId: string; readonly event: TrackedEvent }[] {
    return this.sent.flatMap(({ body }) => eventsOf(body));
  }
}

function next<T>(script: T[]): T {
  const answer = script.length > 1 ? script.shift() : script[0];
  if (answer === undefined) throw new Error('the script is empty');
  return answer;
}

export function eventsOf(body: TrackingBody): { readonly visitorId: string; readonly event: TrackedEvent }[] {
  return body.visitors.flatMap(({ visitorId, events }) => events.map((event) => ({ visitorId, event })));
}

export interface LogRecord {
  readonly level: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export class MemoryLogger implements Logger {
  readonly records: LogRecord[] = [];

  log(level: string, message: string, details: LogRecord['details']): void {
    this.records.push({ level, message, details });
  }

  get warnings(): string[] {
    return this.records.filter((record) => record.level === 'warn').map((record) => record.message);
  }
}

/** A store in memory whose records survive the Core, as JSON like most stores keep them. */
export class MemoryStore implements DataStore {
  readonly texts = new Map<string, string>();

  get(key: string): StoredVisitor | null {
    const text = this.texts.get(key);
    return text === undefined ? null : JSON.parse(text);
  }

  set(key: string, record: StoredVisitor): void {
    this.texts.set(key, JSON.stringify(record));
  }
}

/** The same store over a connection: every answer takes a turn of the event loop or two. */
export class AsyncStore implements DataStore {
  readonly kept = new MemoryStore();

  async get(key: string): Promise<StoredVisitor | null> {
    await turn();
    return this.kept.get(key);
  }

  async set(key: string, record: StoredVisitor): Promise<void> {
    await turn();
    await turn();
    this.kept.set(key, record);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

export interface Bench {
  readonly core: Core;
  readonly transport: MemoryTransport;
  readonly logger: MemoryLogger;
}

/** A Core on ports in memory that sends nothing until it is told to. */
export function bench(data: unknown, options: Partial<CoreOptions> = {}): Bench {
  const transport = new MemoryTransport();
  const logger = new MemoryLogger();
  const core = new Core({ data, transport, logger, batchSize: 1_000_000, ...options });
  onTestFinished(() => core.close());
  return { core, transport, logger };
}

/** The same for a config that is fetched; call `initialize()` after scripting the answers. */
export function fetchedBench(options: Partial<CoreOptions> = {}): Bench {
  const transport = new MemoryTransport();
  const logger = new MemoryLogger();
  const core = new Core({ sdkKey: 'key-1', transport, logger, batchSize: 1_000_000, ...options });
  onTestFinished(() => core.close());
  return { core, transport, logger };
}
