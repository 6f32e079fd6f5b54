// A process for tests that is `stillhere serve`, but deletes old sessions at once instead of ten minutes after its start.
import { pino } from 'pino';
import { startServer } from '../../server/app/listen.ts';
import { readConfig } from '../../server/config/config.ts';
import { readSecrets } from '../../server/config/secrets.ts';

const config = readConfig(process.env);
await startServer(config, readSecrets(config), pino({ level: config.logLevel }), { firstMs: 0 });
