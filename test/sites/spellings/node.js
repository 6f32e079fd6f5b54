import { createServer } from 'node:http';
import { stillhere } from 'stillhere/server';
import { answer } from './is-report.js';

const gate = stillhere({ protect: ['/report/'] });
createServer((request, response) => gate.node(request, response, () => response.end(answer(request.url)))).listen(
  process.env.PORT,
);
