// Sends one visitor's conversions at a rate that does not wait for answers: `flood.mjs <url> <per second> <seconds> <user agent>`.
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import process from 'node:process';

const [, , url, rate, seconds, userAgent] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 200 });
const conversion = { type: 'conversion', goalKey: 'purchase', forceMultiple: true, revenue: 1 };
const body = JSON.stringify({ events: Array(6).fill(conversion) });
const headers = {
  'content-type': 'application/json',
  'content-length': body.length,
  cookie: 'cv_vid=flooder',
  'user-agent': userAgent,
};

/** By status, `no Retry-After` for a 429 without one, or by the code of the error. */
const answers = {};
const count = (outcome) => {
  answers[outcome] = (answers[outcome] ?? 0) + 1;
};

async function send() {
  try {
    const sending = request(url, { method: 'POST', agent, headers }).end(body);
    const [answer] = await once(sending, 'response');
    answer.resume();
    await once(answer, 'end');
    const isLimited = answer.statusCode === 429;
    count(isLimited && !(Number(answer.headers['retry-after']) >= 1) ? 'no Retry-After' : answer.statusCode);
  } catch (error) {
    count(error.code);
  }
}

const begun = performance.now();
const sent = [];
while (sent.length < rate * seconds) {
  const due = Math.min(rate * seconds, ((performance.now() - begun) / 1_000) * rate);
  while (sent.length < due) sent.push(send());
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const perSecond = sent.length / ((performance.now() - begun) / 1_000);
await Promise.all(sent);
agent.destroy();
console.log(JSON.stringify({ perSecond, answers }));
