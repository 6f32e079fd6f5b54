import { readFileSync } from 'node:fs';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import session from 'koa-session';
import { stillhere } from 'stillhere/server'; // stillhere

/** The path under which the host's proxy has put this app. */
const { BASE = '' } = process.env;
const REPORT = readFileSync(`${import.meta.dirname}/report.html`, 'utf8');

const app = new Koa();
app.keys = ["the site's own key"];
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = 500;
    ctx.body = `The site is sorry: ${error.message}`;
  }
});
app.use(session({ key: 'visits' }, app));
app.use(bodyParser());
app.use(stillhere({ protect: ['/report/'] })); // stillhere

app.use((ctx) => {
  if (ctx.path === '/broken') throw new Error('it is broken');
  if (ctx.path === '/order') ctx.body = { ordered: ctx.request.body, visit: countVisit(ctx) };
  if (ctx.path === `${BASE}/report/`) ctx.body = REPORT.replace('{visit}', countVisit(ctx));
});

function countVisit({ session: own }) {
  own.visits = (own.visits ?? 0) + 1;
  return own.visits;
}

app.listen(process.env.PORT);
