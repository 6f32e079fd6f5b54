import Fastify from 'fastify';
import { stillhere } from 'stillhere/server'; // stillhere

const app = Fastify();
const gate = stillhere({ protect: ['/report/'] }); // stillhere
app.addHook('onRequest', ({ raw }, reply, next) => gate.node(raw, reply.raw, next)); // stillhere

app.post('/order', (request) => ({ ordered: request.body }));
app.get('/report/', (_request, reply) => reply.type('text/html').send('<h1>The report</h1>'));

await app.listen({ port: process.env.PORT });
