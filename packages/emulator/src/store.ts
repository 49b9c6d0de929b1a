import { appendFileSync, closeSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Delivery, isDelivery } from './delivery.ts';
import { EmulatorError } from './errors.ts';

/** Everything that was sent to the emulator, oldest first. */
export interface Store {
  deliveries(): readonly Delivery[];
  append(delivery: Delivery): void;
  clear(): void;
  close(): void;
}

export function createMemoryStore(): Store {
  let deliveries: Delivery[] = [];
  return {
    deliveries: () => deliveries,
    append: (delivery) => void deliveries.push(delivery),
    clear: () => {
      deliveries = [];
    },
    close: () => {},
  };
}

/**
 * Keeps deliveries in a JSONL file, one line each, and reads back what an earlier run left there.
 *
 * A line is a whole request and not one event: a batch is all or nothing, also when the process is killed while writing it.
 */
export function openFileStore(path: string): Store {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  let content: Content;
  try {
    content = readContent(path);
    if (content.tornBytes > 0) ftruncateSync(file, content.bytes);
  } catch (cause) {
    closeSync(file);
    throw cause;
  }
  let { deliveries, bytes } = content;
  return {
    deliveries: () => deliveries,
    append: (delivery) => {
      const line = `${JSON.stringify(delivery)}\n`;
      try {
        // Synchronous on purpose: the sender is told "OK" only after the operating system has the line.
        appendFileSync(file, line);
      } catch (cause) {
        // A full disk may have taken half of it.
        ftruncateSync(file, bytes);
        throw cause;
      }
      bytes += Buffer.byteLength(line);
      deliveries.push(delivery);
    },
    clear: () => {
      ftruncateSync(file, 0);
      bytes = 0;
      deliveries = [];
    },
    close: () => closeSync(file),
  };
}

interface Content {
  readonly deliveries: Delivery[];
  readonly bytes: number;
  readonly tornBytes: number;
}

function readContent(path: string): Content {
  const buffer = readFileSync(path);
  const bytes = buffer.lastIndexOf('\n') + 1;
  const torn = buffer.subarray(bytes).toString('utf8');
  // Only a line of ours is cut off. Any other file was given by mistake and must survive it.
  if (torn !== '' && !startsLikeDelivery(torn)) throw notOurs(path, 'its last line');
  const lines = buffer.subarray(0, bytes).toString('utf8').split('\n').slice(0, -1);
  const deliveries = lines.map((line, index) => parseLine(line) ?? fail(path, `line ${index + 1}`));
  return { deliveries, bytes, tornBytes: buffer.length - bytes };
}

const lineStart = '{"status":"';

function startsLikeDelivery(torn: string): boolean {
  return torn.startsWith(lineStart) || lineStart.startsWith(torn);
}

function parseLine(line: string): Delivery | undefined {
  try {
    const delivery: unknown = JSON.parse(line);
    return isDelivery(delivery) ? delivery : undefined;
  } catch {
    return undefined;
  }
}

function fail(path: string, where: string): never {
  throw notOurs(path, where);
}

function notOurs(path: string, where: string): EmulatorError {
  return new EmulatorError(
    'data_file_invalid',
    `"${path}" is not an event file of the emulator (${where}). Name another file, or delete this one.`,
  );
}
