// npm run worker -- --queues flows,payment.stripe-us: a worker alone, for some task queues or all.
import { parseArgs } from 'node:util';
import { runEntry } from './entry';

const { values } = parseArgs({ options: { queues: { type: 'string' } } });
if (values.queues) process.env['WORKER_QUEUES'] = values.queues;
runEntry('worker');
