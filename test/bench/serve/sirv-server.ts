// sirv as its README has it for production, on the port of the environment.
import { createServer } from 'node:http';
import sirv from 'sirv';

const serve = sirv(process.argv[2] ?? '.', { etag: true, gzip: true, brotli: true });
createServer((request, response) => serve(request, response)).listen(Number(process.env['PORT']), '127.0.0.1');
