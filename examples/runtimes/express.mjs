// A server that runs for weeks: `node express.mjs` takes orders at http://localhost:3000/orders.
import process from 'node:process';
import express from 'express';
import { createCore } from './convert.mjs';

const core = await createCore({ autoFlushIntervalMs: 1_000 }).initialize();

const app = express();
app.post('/orders', express.json(), (request, response) => {
  const { visitorId, transactionId, revenue } = request.body;
  const context = core.createContext(visitorId);
  const { status } = context.trackConversion('purchase', { revenue, conversionData: { transactionId } });
  response.status(201).json({ status });
});
const server = app.listen(Number(process.env.PORT ?? 3000), () => console.log(server.address().port));

process.once('SIGTERM', async () => {
  await new Promise((resolve) => server.close(resolve));
  await core.flush();
  await core.close();
});
