// A Koa that reads, parses and answers JSON of the size of a delivery and its receipt, and does nothing else.
import Koa from 'koa';

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.method !== 'POST') {
    ctx.body = { status: 'ok' };
    return;
  }
  let text = '';
  for await (const chunk of ctx.req.setEncoding('utf8')) text += String(chunk);
  const { spans = [] } = (text ? JSON.parse(text) : {}) as { spans?: readonly { id: string }[] };
  ctx.body = { success: true, stored: spans.map(({ id }) => id), refused: [], now: Date.now() };
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
