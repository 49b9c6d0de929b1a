/// <reference types="node" />
import { readFileSync } from 'node:fs';
import type { Json } from './project.ts';

const file = new URL('../../../emulator/projects/sample-project.json', import.meta.url);

/** The sample project that the emulator serves, as a fresh object. */
export const sampleProject = (): Json => JSON.parse(readFileSync(file, 'utf8'));

export interface SampleDecisions {
  /** Where each experience is asked for. */
  readonly paths: Readonly<Record<string, string>>;
  /** By environment, what the official SDK decided for each visitor: variation keys by experience key. */
  readonly environments: Readonly<Record<string, readonly SampleVisitor[]>>;
  readonly bucketValues: readonly {
    readonly experienceId: string;
    readonly visitorId: string;
    readonly value: number;
  }[];
}

export interface SampleVisitor {
  readonly visitorId: string;
  readonly attributes: Json;
  readonly decisions: Readonly<Record<string, string | null>>;
}

const decisions = new URL('../../conformance/data/sample-decisions.json', import.meta.url);

export const sampleDecisions = (): SampleDecisions => JSON.parse(readFileSync(decisions, 'utf8'));
