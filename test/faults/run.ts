// `npm run test:faults -- [--engine none] [--schedules N] [--seed S] [--path P]`: long runs of fault schedules, with
// progress. `--path`, from a failure's report, plays its smallest form again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkSchedules } from './check-schedules.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'none' },
    schedules: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    path: { type: 'string' },
  },
});
if (values.engine !== 'none') throw new Error(`--engine ${values.engine}: there are no schedules for it; use none`);

const folder = await mkdtemp(join(tmpdir(), 'stillhere-faults-'));
const began = performance.now();
try {
  const ran = await checkSchedules({
    folder,
    schedules: Number(values.schedules),
    seed: Number(values.seed),
    path: values.path,
    onProgress: (done) => {
      if (done % 1_000 !== 0) return;
      const perMinute = Math.round(done / ((performance.now() - began) / 60_000));
      console.log(`${done} of ${values.schedules} schedules, nothing lost (${perMinute} a minute)`);
    },
  });
  const { schedules, requests, spans } = ran;
  console.log(
    `seed ${values.seed}: ${schedules} schedules, ${requests} requests, ${spans} spans: nothing lost, nothing doubled`,
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
