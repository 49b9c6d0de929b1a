import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvertOptions } from '@convert-fullstack/next';

type VisitorStore = NonNullable<ConvertOptions['dataStore']>;

/**
 * Keeps what visitors have done as files, for all processes of one machine and for those that come after them. Shops on
 * several machines do the same with a database.
 */
export function visitorStoreIn(folder: string): VisitorStore {
  // Keys hold visitor ids, which come from cookies: not everything in there is fit for a file's name.
  const fileOf = (kind: 'record' | 'added', key: string) =>
    join(folder, `${kind}-${createHash('sha256').update(key).digest('hex')}`);

  return {
    get(key) {
      const file = fileOf('record', key);
      return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
    },
    set(key, record) {
      // Renamed when it is complete: nobody reads half a record.
      const draft = join(folder, randomUUID());
      writeFileSync(draft, JSON.stringify(record));
      renameSync(draft, fileOf('record', key));
    },
    add(key) {
      try {
        // Fails where there is such a file: for all processes but one.
        writeFileSync(fileOf('added', key), '', { flag: 'wx' });
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
        throw error;
      }
    },
  };
}
