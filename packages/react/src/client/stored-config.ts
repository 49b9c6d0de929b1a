import { writeStorage } from '../storage.ts';

/** Whose config it is. */
export interface ConfigAddress {
  readonly sdkKey: string;
  readonly environment: string | undefined;
}

interface StoredConfig extends ConfigAddress {
  /** When it was fetched: ms since 1970, by the browser's clock. */
  readonly fetchedAt: number;
  readonly config: unknown;
}

const STORAGE_KEY = 'cv_config';
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;
// Of the five million that browsers keep for a whole site.
const MAX_CHARS = 1_000_000;

/**
 * The config that an earlier page left; `null` when it is of another project, too old or no JSON. Anyone can write to
 * localStorage: what it says is for Core to check.
 */
export function storedConfig({ sdkKey, environment }: ConfigAddress): unknown {
  try {
    const text = localStorage.getItem(STORAGE_KEY) ?? '';
    const stored: Partial<StoredConfig> | null = text.length > MAX_CHARS ? null : JSON.parse(text);
    if (stored?.sdkKey !== sdkKey || stored.environment !== environment) return null;
    const age = Date.now() - Number(stored.fetchedAt);
    return age >= 0 && age <= MAX_AGE_MS ? stored.config : null;
  } catch {
    return null;
  }
}

/** Keeps it for the next page, unless it is too large. */
export function storeConfig({ sdkKey, environment }: ConfigAddress, config: unknown): void {
  const entry: StoredConfig = { sdkKey, environment, fetchedAt: Date.now(), config };
  if (JSON.stringify(entry).length <= MAX_CHARS) writeStorage(STORAGE_KEY, entry);
}

export function eraseConfig(): void {
  writeStorage(STORAGE_KEY, false);
}
