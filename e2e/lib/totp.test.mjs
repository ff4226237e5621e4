import assert from 'node:assert/strict';
import test from 'node:test';
import { Authenticator, base32Decode, totp } from './totp.mjs';

// The secret of the test vectors is the text "12345678901234567890".
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test('codes agree with appendix B of RFC 6238', () => {
  assert.equal(base32Decode(SECRET).toString(), '12345678901234567890');
  for (const [seconds, code] of [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ]) {
    assert.equal(totp(SECRET, seconds * 1000, 8), code);
  }
});

test('an authenticator gives no code twice', async () => {
  const authenticator = new Authenticator(SECRET);
  assert.notEqual(await authenticator.code(), await authenticator.code());
});
