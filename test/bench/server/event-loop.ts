// Loaded into a server that is measured: answers how late its event loop was.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const NANOSECONDS_A_MS = 1e6;
const RESOLUTION_MS = 1;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('message', () => {
  process.send?.(delay.percentile(99) / NANOSECONDS_A_MS - RESOLUTION_MS);
  delay.reset();
});
// The channel to the benchmark doesn't keep the server alive.
process.channel?.unref();
