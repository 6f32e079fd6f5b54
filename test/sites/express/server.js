import express from 'express';
import { stillhere } from 'stillhere/server'; // stillhere

const app = express();
app.use(express.json());
app.use(stillhere({ protect: ['/report/'] }).node); // stillhere

app.post('/order', (request, response) => response.json({ ordered: request.body }));
app.use(express.static(`${import.meta.dirname}/public`));

app.listen(process.env.PORT);
