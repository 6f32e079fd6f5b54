// Streams all sessions as NDJSON, straight from the driver: what an export is measured against.
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';

const LINES_A_PART = 250;
const database = new DatabaseSync(process.env['STORE_FILE'] ?? '', { readOnly: true });

function* lines(): Generator<string> {
  let part = '';
  let count = 0;
  for (const row of database.prepare('SELECT * FROM sessions ORDER BY start_ms DESC, id DESC').iterate()) {
    part += `${JSON.stringify(row)}\n`;
    if (++count % LINES_A_PART > 0) continue;
    yield part;
    part = '';
  }
  yield part;
}

createServer((_, response) => Readable.from(lines(), { highWaterMark: 1 }).pipe(response)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);
