import express from 'express';
import { stillhere } from 'stillhere/server';
import { answer } from './is-report.js';

const app = express();
app.use(stillhere({ protect: ['/report/'] }).node);
app.use('/report', (_request, response) => response.send('SECRET'));
app.use((request, response) => response.send(answer(request.originalUrl)));
app.listen(process.env.PORT);
