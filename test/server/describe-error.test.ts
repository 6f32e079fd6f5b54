// What the log says of errors: enough to find the cause, and nothing of a reader.
import { expect, it } from 'vitest';
import { describeError } from '../../server/http/describe-error.ts';

it('has type, code, message, stack and causes, and nothing else that hangs on an error', () => {
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

it('leaves addresses out', () => {
  const described = JSON.stringify(
    describeError(new Error(`Unexpected token in {"email":"ann.b+c@mail.example.com"}`)),
  );
  expect(described).not.toMatch(/ann|mail\.example/);
  expect(described).toContain('…@…');
});

it('ends with causes that go round', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
});

it('takes what is no error', () => {
  expect(describeError('thrown by ann@example.com')).toEqual({ type: 'string', message: 'thrown by …@…' });
});
