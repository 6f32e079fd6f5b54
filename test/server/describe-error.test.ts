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
