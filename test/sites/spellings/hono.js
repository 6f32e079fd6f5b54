import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stillhere } from 'stillhere/server';
import { answer } from './is-report.js';

const app = new Hono();
app.get('/report/*', (c) => c.text('SECRET'));
app.get('*', (c) => c.text(answer(new URL(c.req.url).pathname)));
const gate = stillhere({ protect: ['/report/'] });
const fetch = (request, { incoming }) => gate.fetch(request, () => app.fetch(request), incoming.socket.remoteAddress);
serve({ fetch, port: process.env.PORT });
