// What is taken for an e-mail address, and who is on the list.
import { describe, expect, it } from 'vitest';
import { isAllowed, readEmailAddress } from '../../../../server/gate/email-address.ts';

describe('an address', () => {
  it.for([
    [' Ann@Example.COM ', 'ann@example.com'],
    ["o'brien+x@example.co.uk", "o'brien+x@example.co.uk"],
    ['info@Müller.example', 'info@xn--mller-kva.example'],
    ['info@MÜLLER.example', 'info@xn--mller-kva.example'],
    // An ASCII domain stays as it is, even where a URL would have it as 127.0.0.1.
    ['ann@0x7f.1', 'ann@0x7f.1'],
    [`${'x'.repeat(64)}@${'y'.repeat(60)}.example`, `${'x'.repeat(64)}@${'y'.repeat(60)}.example`],
  ] as const)('%j is %j', ([typed, address]) => {
    expect(readEmailAddress(typed)).toBe(address);
  });

  it.for([
    undefined,
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@example',
    'ann@.',
    'ann@example.',
    'ann@.example',
    'a b@example.com',
    'ann@exam ple.com',
    'a@b@example.com',
    'änn@example.com',
    '<ann@example.com>',
  ])('%j is none', (typed) => {
    expect(readEmailAddress(typed)).toBeUndefined();
  });

  it('has 254 characters at most, also once its domain is in ASCII', () => {
    const ofLength = (length: number): string => {
      const labels = Array.from({ length: 3 }, () => 'y'.repeat(50)).join('.');
      return `${'x'.repeat(length - labels.length - 5)}@${labels}.com`;
    };
    expect(readEmailAddress(ofLength(254))).toBe(ofLength(254));
    expect(readEmailAddress(ofLength(255))).toBeUndefined();
    const domain = `${'ü'.repeat(20)}.${'ü'.repeat(20)}.example`;
    expect(readEmailAddress(`${'x'.repeat(200)}@${domain}`)).toBeUndefined();
    expect(readEmailAddress(`x@${domain}`)).toMatch(/^x@xn--/);
  });
});

describe('the list', () => {
  it('that is empty has everyone on it', () => {
    expect(isAllowed('ann@example.com', [])).toBe(true);
  });

  it('has addresses and domains', () => {
    const list = ['ann@example.com', 'example.org'];
    for (const email of ['ann@example.com', 'bob@example.org']) expect(isAllowed(email, list)).toBe(true);
    for (const email of ['bob@example.com', 'bob@x.example.org', 'bob@example.org.evil.example', 'example.org@x.de'])
      expect(isAllowed(email, list)).toBe(false);
  });
});
