import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stillhere } from 'stillhere/server'; // stillhere

const app = new Hono();
app.post('/order', async (c) => c.json({ ordered: await c.req.json() }));
app.get('/report/', (c) => c.html('<h1>The report</h1>'));

const gate = stillhere({ protect: ['/report/'] }); // stillhere
const fetch = (request, { incoming }) => gate.fetch(request, () => app.fetch(request), incoming.socket.remoteAddress); // stillhere
serve({ fetch, port: process.env.PORT });
