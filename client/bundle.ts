// The source of /stillhere.js: the element and the functions in one file.
import './served-base.ts';
import { INJECTED_SCRIPT } from './injected-script.ts';
import { startShared } from './start.ts';

export * from './element.ts';
export * from './index.ts';

// Node has no document.
const script = globalThis.document?.querySelector<HTMLScriptElement>(INJECTED_SCRIPT);
if (script) startShared({ worker: script.dataset['worker'] });
