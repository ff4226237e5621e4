/**
 * What a registered device keeps in this browser: its key pair, and the key its local data is sealed with the help of.
 * Neither can be exported, not even by this page; the browser keeps them in IndexedDB as objects.
 */
const DATABASE = "custos-device";
const DEVICES = "devices";
const VAULT = "vault";
const STATE = "state";
const CURRENT = "current";

/** One person's registration on this device. */
export interface DeviceRecord {
  /** The account's id. */
  user: string;
  /** The device's id on the server. */
  device: string;
  /** ECDSA on P-256, for signing. */
  signing: CryptoKey;
  /** HMAC with SHA-256; see `vault.ts`. */
  wrapping: CryptoKey;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(DEVICES, { keyPath: "user" });
      request.result.createObjectStore(VAULT);
      request.result.createObjectStore(STATE);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** One transaction over all stores; its result once it is complete. */
async function within<T>(
  mode: IDBTransactionMode,
  work: (stores: { devices: IDBObjectStore; vault: IDBObjectStore; state: IDBObjectStore }) => IDBRequest,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction([DEVICES, VAULT, STATE], mode);
      const request = work({
        devices: transaction.objectStore(DEVICES),
        vault: transaction.objectStore(VAULT),
        state: transaction.objectStore(STATE),
      });
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** The registration of a person; of whoever used this browser last without one named. */
export async function findDevice(user?: string): Promise<DeviceRecord | null> {
  const whose = user ?? (await within<unknown>("readonly", ({ state }) => state.get(CURRENT)));
  if (typeof whose !== "string") return null;
  const found = await within<unknown>("readonly", ({ devices }) => devices.get(whose));
  return (found as DeviceRecord | undefined) ?? null;
}

/** Notes whose registration the next request is made with; null for nobody's. */
export async function setCurrent(user: string | null): Promise<void> {
  await within<unknown>("readwrite", ({ state }) =>
    user === null ? state.delete(CURRENT) : state.put(user, CURRENT),
  );
}

export async function keepDevice(record: DeviceRecord): Promise<void> {
  await within<unknown>("readwrite", ({ devices }) => devices.put(record));
}

/** Forgets a person's registration and what was sealed for it. */
export async function forgetDevice(user: string): Promise<void> {
  await within<unknown>("readwrite", ({ devices, vault }) => {
    vault.delete(IDBKeyRange.bound([user], [user, []]));
    return devices.delete(user);
  });
}

/** A sealed value: the nonce, then the ciphertext. */
export async function readSealed(user: string, name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const found = await within<unknown>("readonly", ({ vault }) => vault.get([user, name]));
  return found instanceof Uint8Array ? (found as Uint8Array<ArrayBuffer>) : null;
}

export async function writeSealed(user: string, name: string, sealed: Uint8Array | null): Promise<void> {
  await within<unknown>("readwrite", ({ vault }) =>
    sealed === null ? vault.delete([user, name]) : vault.put(sealed, [user, name]),
  );
}

/** Whether this browser can keep keys at all; some do not in private windows. */
export async function canKeep(): Promise<boolean> {
  try {
    (await open()).close();
    return true;
  } catch {
    return false;
  }
}
