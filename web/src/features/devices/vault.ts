/**
 * What this page keeps on a registered device, sealed. The key is made of two halves by HKDF-Extract (RFC 5869) and never
 * leaves memory: one half is the device's, which cannot be exported; the other is told by the server to nobody but this
 * device, and destroyed there when it is reported lost. On a device that is not registered nothing is kept.
 */
import { api, body } from "../../api/client";
import { type DeviceRecord, readSealed, writeSealed } from "./keyStore";
import { currentDevice } from "./prover";

const NONCE = 12;

let opened: { device: string; key: Promise<CryptoKey> } | null = null;

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function derive(record: DeviceRecord): Promise<CryptoKey> {
  const { secret } = await body(api.GET("/me/device/secret"));
  const key = await crypto.subtle.sign("HMAC", record.wrapping, utf8(`custos-vault:${secret}`));
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function keyOf(record: DeviceRecord): Promise<CryptoKey> {
  if (opened?.device !== record.device) {
    const key = derive(record);
    opened = { device: record.device, key };
    // A lost connection must not close the vault for good.
    key.catch(closeVault);
  }
  return opened.key;
}

/** Forgets the key. */
export function closeVault(): void {
  opened = null;
}

/** A value kept under a name; null if there is none, or it cannot be opened any more. */
export async function take(name: string): Promise<unknown> {
  const record = currentDevice();
  if (record === null) return null;
  const sealed = await readSealed(record.user, name);
  if (sealed === null) return null;
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: sealed.subarray(0, NONCE), additionalData: utf8(name) },
      await keyOf(record),
      sealed.subarray(NONCE),
    );
    return JSON.parse(new TextDecoder().decode(plain));
  } catch (error) {
    if (error instanceof DOMException) await writeSealed(record.user, name, null);
    return null;
  }
}

/** Keeps a value under a name; null takes it away. Without a registered device nothing is kept. */
export async function keep(name: string, value: unknown): Promise<void> {
  const record = currentDevice();
  if (record === null) return;
  if (value === null) return writeSealed(record.user, name, null);
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(name) },
    await keyOf(record),
    utf8(JSON.stringify(value)),
  );
  const bytes = new Uint8Array(NONCE + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), NONCE);
  await writeSealed(record.user, name, bytes);
}
