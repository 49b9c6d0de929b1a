import { answerInNext } from '../next-request.mjs';
import { callByLine } from './call-by-line.mjs';

await callByLine(async (order, waitUntil) => {
  const { answer, afterResponse } = await answerInNext(order);
  waitUntil(afterResponse());
  return answer;
});
