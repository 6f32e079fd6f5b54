// What attacker.ts puts into its requests.

/** What must not be logged. */
export const SECRET_MARK = 'TOPSECRET';
export const EMAIL = 'reader.of.the.test@example.com';

export const TEXTS = [
  '',
  '/',
  '/a/',
  '/\u001b]0;x\u0007',
  '/\u202eb',
  '/\ud800',
  '/%00',
  `/${'x'.repeat(3_000)}`,
  'no-path',
  '/<script>',
  '/%e8%b3%87/',
];
export const PATHS = [
  '/',
  '/report/',
  '/report/..%2f',
  '/report/%ff',
  '//report/x',
  '/%',
  '/access',
  '/access?next=//x',
  '/api/',
  '/api/sessions',
  '/readyz',
  '/nothing',
  '/stillhere.js',
  `/${'y'.repeat(2_000)}`,
];
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'];
export const BODIES: readonly (string | Buffer)[] = [
  '',
  '{',
  '[]',
  'null',
  '['.repeat(20_000),
  '{"sentAt":1,"spans":[1,2,3]}',
  Buffer.from([0xff, 0xfe, 0x7b]),
  'x'.repeat(70_000),
  `{"email":"${EMAIL}"`,
];
