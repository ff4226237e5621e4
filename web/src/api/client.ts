import createClient, { type Middleware } from "openapi-fetch";
import { asApiError } from "./problem";
import type { paths } from "./schema";

/** Where the REST API lives on the host that served this page. */
export const API_BASE = "/api/v1";

let csrfToken: string | null = null;

/** Remembers the token every unsafe request must carry; null after sign-out. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** The header of an unsafe request that does not go through {@link api} (uploads). */
export function csrfHeader(): Record<string, string> {
  return csrfToken === null ? {} : { "X-CSRF-Token": csrfToken };
}

type Listener = () => void;
const contactListeners = new Set<Listener>();
const lostListeners = new Set<Listener>();

/** Calls back after each answer of the server that proves the session alive. Returns the way to stop. */
export function onServerContact(listener: Listener): () => void {
  contactListeners.add(listener);
  return () => contactListeners.delete(listener);
}

/** Calls back when a request other than "who am I" or a sign-in step was answered 401. */
export function onSessionLost(listener: Listener): () => void {
  lostListeners.add(listener);
  return () => lostListeners.delete(listener);
}

/** Tells the rest of the page what an answer means for the session. */
export function reportAnswer(path: string, status: number): void {
  if (status === 401 && !path.startsWith("/session")) {
    for (const listener of lostListeners) listener();
  } else if (status < 400) {
    for (const listener of contactListeners) listener();
  }
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

const session: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method) && csrfToken !== null) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  onResponse({ schemaPath, response }) {
    reportAnswer(schemaPath, response.status);
    return undefined;
  },
};

/** The typed client. Features call it only inside query and mutation functions. */
export const api = createClient<paths>({
  baseUrl: API_BASE,
  credentials: "same-origin",
  // Looked up per call, so that a test can replace it.
  fetch: (request) => globalThis.fetch(request),
});
api.use(session);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The header by which an answer names its request. */
export const REQUEST_ID = "X-Request-Id";

/** The body of a successful answer, or an {@link ApiError}. */
export async function body<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw asApiError(response.status, error, response.headers.get(REQUEST_ID));
  return data as T;
}

/** As {@link body}, for answers without content. */
export async function done(answer: Promise<Answer<unknown>>): Promise<void> {
  await body(answer);
}

/** The header that makes a change apply only to the version the person saw. */
export function ifMatch(version: number): string {
  return `"${version}"`;
}

/** A key that makes a repeated "create" request take effect once. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
