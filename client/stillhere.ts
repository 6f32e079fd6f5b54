// What the server gives out as /stillhere.js: the element and the functions in one file.
import { EARLY } from './early-script.ts';
import { startHeartbeat } from './start-heartbeat.ts';

export * from './heartbeat-element.ts';
export * from './index.ts';

// In Node there is no document.
const script = globalThis.document?.querySelector<HTMLScriptElement>(EARLY);
if (script) startHeartbeat({ worker: script.dataset['worker'] });
