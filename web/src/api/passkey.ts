import { ApiError } from "./problem";
import type { PasskeyChallenge, PasskeyCredential } from "./types";

/** Whether this browser can make and prove passkeys here: it must, and the page must be at a host with a name. */
export function passkeysSupported(): boolean {
  const named = !/^[\d.]+$|:/.test(window.location.hostname);
  return named && typeof window.PublicKeyCredential === "function";
}

/** The code of a dialog of the browser that the person turned away, or that took too long. */
const CANCELLED = "passkey.cancelled";

type Json = Record<string, unknown>;

function bytes(text: unknown): ArrayBuffer {
  const binary = atob(String(text).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function known(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list ?? []) as Json[]).map(({ id }) => ({ type: "public-key", id: bytes(id) }));
}

/** Names like NotAllowedError mean that the person, not the server, said no. */
function said(error: unknown): unknown {
  const declined = ["NotAllowedError", "AbortError", "InvalidStateError"];
  return error instanceof DOMException && declined.includes(error.name)
    ? new ApiError(-1, { code: CANCELLED })
    : error;
}

/** Has the browser make a passkey; gives the credential in the JSON form of WebAuthn. */
export async function makePasskey({ options }: PasskeyChallenge): Promise<PasskeyCredential> {
  const asked = options as unknown as Json & { user: Json };
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: known(asked.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  try {
    const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
    const response = made.response as AuthenticatorAttestationResponse;
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        attestationObject: text(response.attestationObject),
        clientDataJSON: text(response.clientDataJSON),
      },
      clientExtensionResults: {},
    } as unknown as PasskeyCredential;
  } catch (error) {
    throw said(error);
  }
}

/** Has the browser prove a passkey; gives the credential in the JSON form of WebAuthn. */
export async function provePasskey({ options }: PasskeyChallenge): Promise<PasskeyCredential> {
  const asked: Json = options;
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: known(asked.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  try {
    const proven = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
    const response = proven.response as AuthenticatorAssertionResponse;
    return {
      id: proven.id,
      rawId: text(proven.rawId),
      type: proven.type,
      response: {
        authenticatorData: text(response.authenticatorData),
        clientDataJSON: text(response.clientDataJSON),
        signature: text(response.signature),
        userHandle: response.userHandle === null ? null : text(response.userHandle),
      },
      clientExtensionResults: {},
    } as unknown as PasskeyCredential;
  } catch (error) {
    throw said(error);
  }
}
