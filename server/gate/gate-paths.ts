// The gate's paths.

/** Shows and accepts the form. `next` in its query is the page to open afterwards. */
export const GATE_PATH = '/access';

/** Shows and accepts the form for a code that was mailed. */
export const CODE_PATH = '/access/code';

/** Accepts other forms and scripts: form data or JSON. */
export const SUBMIT_PATH = '/api/verify-temp-access';
