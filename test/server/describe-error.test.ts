// Errors in the log: enough to find the cause, without personal data.
import { expect, it } from 'vitest';
import { describeError } from '../../server/http/describe-error.ts';

it('has type, code, message, stack and causes of an error, and nothing else', () => {
  const cause = Object.assign(new TypeError('a cause'), { rawPacket: Buffer.from('Cookie: secret') });
  const error = Object.assign(new Error('it broke', { cause }), { code: 'HPE_INVALID', query: 'secret' });
  expect(describeError(error)).toEqual({
    type: 'Error',
    code: 'HPE_INVALID',
    message: 'it broke',
    stack: expect.stringContaining('it broke') as unknown,
    cause: { type: 'TypeError', message: 'a cause', stack: expect.stringContaining('a cause') as unknown },
  });
});

it('omits e-mail addresses', () => {
  const described = JSON.stringify(
    describeError(new Error(`Unexpected token in {"email":"ann.b+c@mail.example.com"}`)),
  );
  expect(described).not.toMatch(/ann|mail\.example/);
  expect(described).toContain('…@…');
});

it('handles circular causes', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
});

it('accepts values that are not errors', () => {
  expect(describeError('thrown by ann@example.com')).toEqual({ type: 'string', message: 'thrown by …@…' });
});

it('tells five causes below the error, and no more', () => {
  let error = new Error('the deepest');
  for (let depth = 0; depth < 9; depth++) error = new Error(`above ${depth}`, { cause: error });
  let depth = 0;
  for (let at = describeError(error); at.cause; at = at.cause) depth++;
  expect(depth).toBe(5);
});

it('has a code that is a text, and a stack where there is one', () => {
  const error = Object.assign(new Error('x'), { code: 7, stack: undefined });
  expect(describeError(error)).toEqual({ type: 'Error', message: 'x' });
});

it.for([
  ['from ann@example.com, who', 'from …@…'],
  ['GET /x?email=ann%40example.com HTTP', 'GET /…@… HTTP'],
  ['twice encoded: ann%2540example.com', 'twice encoded: …@…'],
  ['"ann@example.com"', '"…@…"'],
  ['no address: @ or %40 alone, a@ or @b', 'no address: @ or %40 alone, a@ or @b'],
] as const)('of %j says %j', ([message, said]) => {
  expect(describeError(new Error(message)).message.startsWith(said)).toBe(true);
});
