/** The device's part in every request, and in the session's beginning. */
import { API_BASE, type Prover, setProver } from "../../api/client";
import { type DeviceRecord, findDevice, forgetDevice, setCurrent } from "./keyStore";
import { makeProof } from "./proof";
import { closeVault } from "./vault";

/** The request that tells the CSRF token: made before it is known, or after it changed. */
const FIRST = `${API_BASE}/session`;
const CHANNEL = "custos.device";

let current: DeviceRecord | null = null;
/** How far the server's clock is ahead of this one, in milliseconds; corrected when the server says so. */
let ahead = 0;
let channel: BroadcastChannel | null = null;

async function load(): Promise<void> {
  current = await findDevice().catch(() => null);
}

const prover: Prover = {
  async proof(method, target, csrf) {
    if (current === null) return null;
    const first = method === "GET" && target === FIRST;
    return makeProof(current, { method, target, csrf: first ? null : csrf, now: Date.now() + ahead });
  },
  async recover(reason, date) {
    if (reason === "clock" && date !== null) {
      ahead = Date.parse(date) - Date.now();
      return current !== null;
    }
    if (reason === "lost") {
      await forget(current?.user ?? null);
      return false;
    }
    if (reason !== "missing") return false;
    // Another tab registered this device, or signed in on it, a moment ago.
    await load();
    return current !== null;
  },
};

/** Lets every request be proven from now on. To be called before the first. */
export async function startProving(): Promise<void> {
  await load();
  setProver(prover);
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => void load();
}

/** Makes requests with this registration from now on, here and in other tabs. */
export async function use(record: DeviceRecord | null): Promise<void> {
  if (record?.device === current?.device) return;
  closeVault();
  await setCurrent(record?.user ?? null);
  current = record;
  channel?.postMessage(null);
}

/** Drops a registration that the server knows no more, with what was kept under it. */
export async function forget(user: string | null): Promise<void> {
  await use(null);
  if (user !== null) await forgetDevice(user);
}

/**
 * Brings the page in line with a session just read. True when the session is to be read once more: then it will be bound
 * to this device.
 */
export async function adopt(user: string, device: string | null): Promise<boolean> {
  const own = await findDevice(user).catch(() => null);
  if (own === null) {
    if (current !== null) await use(null);
    return false;
  }
  if (device === own.device) {
    await use(own);
    return false;
  }
  if (device === null && current?.device !== own.device) {
    await use(own);
    return true;
  }
  // It was shown the key, and did not take it.
  await forget(user);
  return false;
}

export function currentDevice(): DeviceRecord | null {
  return current;
}
