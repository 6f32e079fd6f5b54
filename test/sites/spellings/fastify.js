import Fastify from 'fastify';
import { stillhere } from 'stillhere/server';
import { answer } from './is-report.js';

const app = Fastify({
  routerOptions: {
    caseSensitive: false,
    ignoreDuplicateSlashes: true,
    ignoreTrailingSlash: true,
    useSemicolonDelimiter: true,
  },
});
const gate = stillhere({ protect: ['/report/'] });
app.addHook('onRequest', ({ raw }, reply, next) => gate.node(raw, reply.raw, next));
app.get('/report/*', () => 'SECRET');
app.get('/report', () => 'SECRET');
app.get('*', (request) => answer(request.url));
await app.listen({ port: process.env.PORT });
