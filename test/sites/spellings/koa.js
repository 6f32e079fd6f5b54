import Koa from 'koa';
import { stillhere } from 'stillhere/server';
import { answer } from './is-report.js';

const app = new Koa();
app.use(stillhere({ protect: ['/report/'] }));
app.use((ctx) => void (ctx.body = answer(ctx.url)));
app.listen(process.env.PORT);
