// Orders from a queue (here: lines of the standard input), handled in a thread: `node worker.mjs < orders.jsonl`.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

const thread = new Worker(new URL('./worker-thread.mjs', import.meta.url));
for await (const line of createInterface({ input: process.stdin, signal: stopping.signal })) {
  thread.postMessage(JSON.parse(line));
}
thread.postMessage('stop');
