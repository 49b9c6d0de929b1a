import process from 'node:process';
import { createInterface } from 'node:readline';

/**
 * Calls a function with every order that comes in, one by one; prints what it answers, and then a line when the work is
 * over that it handed to `waitUntil`.
 */
export async function callByLine(invoke) {
  for await (const line of createInterface({ input: process.stdin })) {
    const work = [];
    const answer = await invoke(JSON.parse(line), (promise) => work.push(promise));
    console.log(JSON.stringify(answer));
    await Promise.all(work);
    console.log('settled');
  }
}
