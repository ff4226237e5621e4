import { createHmac } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP = 30;

export function base32Decode(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const character of text.replace(/[\s=]/g, '').toUpperCase()) {
    const digit = BASE32.indexOf(character);
    if (digit < 0) throw new Error(`not base 32: ${character}`);
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}

/** The code an authenticator shows (RFC 6238: SHA-1, steps of 30 seconds). `at` is in milliseconds. */
export function totp(secret, at = Date.now(), digits = 6) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 1000 / STEP)));
  const mac = createHmac('sha1', base32Decode(secret)).update(counter).digest();
  const offset = mac[mac.length - 1] & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/**
 * Codes of one secret, none twice: a server that keeps to the RFC accepts each only once. A second code within one
 * step is that of the next step, which servers accept for the sake of clocks that run ahead; a third waits.
 */
export class Authenticator {
  #secret;
  #lastStep = 0;

  constructor(secret) {
    this.#secret = secret;
  }

  async code() {
    const current = () => Math.floor(Date.now() / 1000 / STEP);
    const step = Math.max(current(), this.#lastStep + 1);
    while (step > current() + 1) await new Promise((resolve) => setTimeout(resolve, 500));
    this.#lastStep = step;
    return totp(this.#secret, step * STEP * 1000);
  }
}
