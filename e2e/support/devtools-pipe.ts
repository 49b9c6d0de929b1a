import type { Readable, Writable } from 'node:stream';
import type { CDPSession } from '@playwright/test';

/** The DevTools protocol with nobody between, as Chromium speaks it with `--remote-debugging-pipe`. */
export interface DevTools {
  /** Sends to an attached target; without its session, to the browser. */
  session(sessionId?: string): CDPSession['send'];
  on(event: 'Target.attachedToTarget' | 'Target.detachedFromTarget', listener: (target: Target) => void): void;
}

interface Target {
  readonly sessionId: string;
  readonly targetInfo?: { readonly type: string };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Target;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Question {
  readonly sessionId: string | undefined;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export function speakOver(toBrowser: Writable, fromBrowser: Readable): DevTools {
  const unanswered = new Map<number, Question>();
  const listeners = new Map<string, (target: Target) => void>();
  let lastId = 0;
  let received = '';

  function answer(id: number, { result, error }: Message): void {
    const question = unanswered.get(id);
    unanswered.delete(id);
    if (error) question?.reject(new Error(error.message));
    else question?.resolve(result);
  }

  function hear(method: string, target: Target): void {
    listeners.get(method)?.(target);
    if (method !== 'Target.detachedFromTarget') return;
    const gone = { error: { message: 'The page is gone.' } };
    for (const [id, { sessionId }] of unanswered) if (sessionId === target.sessionId) answer(id, gone);
  }

  fromBrowser.setEncoding('utf8').on('data', (text: string) => {
    const messages = (received + text).split('\0');
    received = messages.pop() ?? '';
    for (const message of messages.map((json): Message => JSON.parse(json))) {
      if (message.id !== undefined) answer(message.id, message);
      else if (message.method && message.params) hear(message.method, message.params);
    }
  });

  return {
    session(sessionId) {
      const send = (method: string, params = {}) =>
        new Promise((resolve, reject) => {
          lastId += 1;
          unanswered.set(lastId, { sessionId, resolve, reject });
          toBrowser.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`);
        });
      // Which answer belongs to which method is what Playwright's types of the protocol say.
      return send as CDPSession['send'];
    },
    on: (event, listener) => void listeners.set(event, listener),
  };
}
