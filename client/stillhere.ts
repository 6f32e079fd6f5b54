// What the server gives out as /stillhere.js: the element and the functions in one file.
import { EARLY } from './early-script.ts';
import { startShared } from './start-heartbeat.ts';

export * from './heartbeat-element.ts';
export * from './index.ts';

// In Node there is no document.
const script = globalThis.document?.querySelector<HTMLScriptElement>(EARLY);
if (script) startShared({ worker: script.dataset['worker'] });
