import type { ConfigSnapshot } from './config/snapshot.ts';
import type { Diagnostic } from './decide/diagnose.ts';

/** What `core.on()` handlers receive, by event. */
export interface CoreEvents {
  /** The first config is there. */
  ready: ConfigSnapshot;
  /** Another config is in use, the first one included. */
  configUpdated: ConfigSnapshot;
  /** A visitor was given a variation. */
  bucketing: { readonly visitorId: string; readonly experienceKey: string; readonly variationKey: string | null };
  /** A conversion was queued. */
  conversion: { readonly visitorId: string; readonly goalKey: string };
  /** A visitor came to a location: the first run with location attributes that match it. */
  locationActivated: LocationChange;
  /** A visitor left a location: the first run with location attributes that match it no more. */
  locationDeactivated: LocationChange;
  /** A batch was delivered or, with `error`, could not be. */
  queueReleased: QueueReleased;
  /** A `diagnose…` call found no decision. */
  diagnostic: Diagnostic;
}

export interface LocationChange {
  readonly visitorId: string;
  readonly location: { readonly id: string; readonly key: string; readonly name: string };
}

export interface QueueReleased {
  readonly reason: ReleaseReason;
  readonly batchSize: number;
  readonly visitorCount: number;
  readonly eventCount: number;
  /** HTTP status of a failed delivery; `null` on success or when there was no answer. */
  readonly statusCode: number | null;
  /** Failed attempts at this batch before this one. */
  readonly retryAttempts: number;
}

export type ReleaseReason = 'explicit' | 'batch_size' | 'timer' | 'exit';

export type Handler<E extends keyof CoreEvents> = (payload: CoreEvents[E], error?: unknown) => void;

type AnyHandler = (payload: never, error?: unknown) => unknown;

export interface Emitter {
  on<E extends keyof CoreEvents>(event: E, handler: Handler<E>): () => void;
  has(event: keyof CoreEvents): boolean;
  emit<E extends keyof CoreEvents>(event: E, payload: CoreEvents[E], error?: unknown): void;
}

/** A handler that throws is reported and harms nobody else. */
export function createEmitter(handlerThrew: (event: string, error: unknown) => void): Emitter {
  const handlers = new Map<keyof CoreEvents, Set<AnyHandler>>();
  return {
    on(event, handler) {
      // Wrapped, so that a function registered twice is called twice and each undo removes its own.
      const own: AnyHandler = (payload, error) => (handler as AnyHandler)(payload, error);
      const registered = handlers.get(event);
      if (registered === undefined) handlers.set(event, new Set([own]));
      else registered.add(own);
      return () => {
        handlers.get(event)?.delete(own);
      };
    },
    has: (event) => (handlers.get(event)?.size ?? 0) > 0,
    emit(event, payload, error) {
      for (const handler of [...(handlers.get(event) ?? [])]) {
        try {
          const returned: unknown = handler(payload as never, error);
          if (returned instanceof Promise) returned.catch((thrown) => handlerThrew(event, thrown));
        } catch (thrown) {
          handlerThrew(event, thrown);
        }
      }
    },
  };
}
