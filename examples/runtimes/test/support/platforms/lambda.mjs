import { handler } from '../../../lambda.mjs';
import { callByLine } from './call-by-line.mjs';

await callByLine(async (order) => {
  const { statusCode, body } = await handler(order);
  return { status: statusCode, body: JSON.parse(body) };
});
