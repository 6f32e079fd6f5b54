// The paths of the gate.

/** Shows and accepts the form. `next` in its query is the page to open afterwards. */
export const GATE_PATH = '/access';

/** Shows and accepts the form for a code that was mailed. */
export const CODE_PATH = '/access/code';

/** Where a personal link leads: `/access/invited#<token>`. Shows and accepts the form, too. */
export const INVITED_PATH = '/access/invited';

/** Answers the form's script whose link it is. */
export const INVITATION_PATH = '/access/invitation';

/** Accepts other forms and scripts: form data or JSON. */
export const SUBMIT_PATH = '/api/verify-temp-access';
