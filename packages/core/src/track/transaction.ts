import { fingerprint } from '../decide/hash.ts';
import type { GoalDatum } from './goal-data.ts';

const MAX_ID_LENGTH = 64;

/** Names a transaction of a goal, shortly even where its id is a novel; `null`: the conversion belongs to none. */
export function transactionOf(goalId: string, goalData: readonly GoalDatum[]): string | null {
  const id = String(goalData.find(({ key }) => key === 'transactionId')?.value ?? '');
  if (id === '') return null;
  return `${goalId}:${id.length > MAX_ID_LENGTH ? fingerprint(id) : id}`;
}
