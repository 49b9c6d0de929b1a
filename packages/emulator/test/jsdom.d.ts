// As much of it as the test of the dashboard's page needs.
declare module 'jsdom' {
  export interface DomElement {
    readonly textContent: string;
  }

  export class JSDOM {
    constructor(html: string, options: { readonly url: string; readonly runScripts: 'outside-only' });
    readonly window: {
      readonly document: { querySelectorAll(selector: string): Iterable<DomElement> };
      fetch: (path: string) => Promise<Response>;
      EventSource: new () => { addEventListener(name: string, listener: () => void): void };
      eval(script: string): void;
      close(): void;
    };
  }
}
