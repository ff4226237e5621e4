/** Names, for this tab, the answer of a provider by which somebody connects their own account. */
const KEY = "custos.connecting";

/** Notes that the answer to this address is for a connection, and not for a sign-in. */
export function noteConnecting(redirect: string): void {
  const query = new URL(redirect).searchParams;
  const state = query.get("state") ?? query.get("RelayState");
  if (state !== null) window.sessionStorage.setItem(KEY, state);
}

/** Whether an answer is for the connection begun in this tab. The server decides whom it connects. */
export function isConnecting(state: string): boolean {
  return state !== "" && window.sessionStorage.getItem(KEY) === state;
}

/** It is good for one use. */
export function forgetConnecting(): void {
  window.sessionStorage.removeItem(KEY);
}

/** What a provider sent back with the browser. */
export interface ProviderAnswer {
  state: string;
  code?: string;
  iss?: string;
}

let arrived: ProviderAnswer | null = null;

/** Keeps an answer for the page of the account, where the person can also be asked for a fresh factor. */
export function keepForAccount(answer: ProviderAnswer): void {
  arrived = answer;
}

/** The answer kept, once. */
export function takeForAccount(): ProviderAnswer | null {
  const answer = arrived;
  arrived = null;
  return answer;
}
