/** Proofs that this browser holds a device's key: signed JWTs in the form of DPoP (RFC 9449). */
import type { DeviceRecord } from "./keyStore";

const ALGORITHM = { name: "ECDSA", hash: "SHA-256" } as const;

export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const part = (value: unknown): string => base64url(utf8(JSON.stringify(value)));

export function sign(key: CryptoKey, text: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign(ALGORITHM, key, utf8(text));
}

/** What a proof is for. */
export interface Subject {
  method: string;
  /** Path and query, as they are sent. */
  target: string;
  /** The session's CSRF token; null before it is known. */
  csrf: string | null;
  /** The time in milliseconds, as the server's clock shows it. */
  now: number;
}

export async function makeProof(device: DeviceRecord, subject: Subject): Promise<string> {
  const { method, target, csrf, now } = subject;
  const head = { typ: "dpop+jwt", alg: "ES256", kid: device.device };
  const claims = {
    htm: method,
    htu: target,
    iat: Math.floor(now / 1000),
    jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
    ...(csrf === null ? {} : { ath: base64url(await crypto.subtle.digest("SHA-256", utf8(csrf))) }),
  };
  const signed = `${part(head)}.${part(claims)}`;
  return `${signed}.${base64url(await sign(device.signing, signed))}`;
}
