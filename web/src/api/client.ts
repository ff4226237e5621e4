import createClient, { type Middleware } from "openapi-fetch";
import { type ApiError, asApiError } from "./problem";
import type { paths } from "./schema";
import type { ApprovalReplay } from "./types";

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

/** Proves that requests come from a registered device. */
export interface Prover {
  /** The proof for a request; null on a device that is not registered. `target` is path and query. */
  proof(method: string, target: string, csrf: string | null): Promise<string | null>;
  /** A request was refused for want of a good proof, at the server's `date`. Whether another may be accepted. */
  recover(reason: string, date: string | null): Promise<boolean>;
}

const PROOF = "X-Device-Proof";
let prover: Prover | null = null;

export function setProver(value: Prover): void {
  prover = value;
}

/** The proof of a request that does not go through {@link api} (uploads), as a header. */
export async function proofHeader(method: string, target: string): Promise<Record<string, string>> {
  const proof = await prover?.proof(method, target, csrfToken);
  return proof == null ? {} : { [PROOF]: proof };
}

async function prove(request: Request): Promise<Request> {
  const { pathname, search } = new URL(request.url);
  for (const [name, value] of Object.entries(await proofHeader(request.method, pathname + search))) {
    request.headers.set(name, value);
  }
  return request;
}

/** Sends a request, each time with a proof of its own; once more if the proof alone was at fault and can be mended. */
async function sendProven(request: Request): Promise<Response> {
  // Looked up per call, so that a test can replace it.
  if (prover === null) return globalThis.fetch(request);
  const again = request.clone();
  const response = await globalThis.fetch(await prove(request));
  if (response.status !== 401) return response;
  const { code, params } = await problemOf(response);
  if (code !== "session.barred.device") return response;
  const reason = String(params.reason ?? "");
  // Another tab may have given the session a new token, which proofs are bound to.
  const mended =
    reason === "session" ? await renewedToken() : await prover.recover(reason, response.headers.get("Date"));
  if (!mended) return response;
  if (!SAFE.has(again.method) && csrfToken !== null) again.headers.set("X-CSRF-Token", csrfToken);
  return globalThis.fetch(await prove(again));
}

async function problemOf(response: Response): Promise<ApiError> {
  const told: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return asApiError(response.status, told, response.headers.get(REQUEST_ID));
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

/** Asks the person to prove who they are once more; true when they did. */
type StepUp = () => Promise<boolean>;
const STEP_UP = `${API_BASE}/session/step-up`;
let askForStepUp: StepUp | null = null;
let stepUpUnderWay: Promise<boolean> | null = null;

/** Sets who asks the person for a fresh factor. Returns the way to stop. */
export function onStepUp(ask: StepUp): () => void {
  askForStepUp = ask;
  return () => {
    if (askForStepUp === ask) askForStepUp = null;
  };
}

/** Has the person prove a factor again. Whoever needs it at the same time waits for the same answer. */
export function stepUp(): Promise<boolean> {
  stepUpUnderWay ??= (askForStepUp?.() ?? Promise.resolve(false)).finally(() => {
    stepUpUnderWay = null;
  });
  return stepUpUnderWay;
}

/** Asks the person why others should approve what they are about to do, proposing the reason they gave for it already if
 * they did; null when they would rather not. */
type AskReason = (given: string | undefined) => Promise<string | null>;

interface ApprovalDesk {
  reason: AskReason;
  /** A request was taken down under this id. */
  requested: (approval: string) => void;
}

let approvalDesk: ApprovalDesk | null = null;

/** Sets who asks the person for a reason when the approval of others is needed. Returns the way to stop. */
export function onApprovalNeeded(desk: ApprovalDesk): () => void {
  approvalDesk = desk;
  return () => {
    if (approvalDesk === desk) approvalDesk = null;
  };
}

/** The code of the answer to a request that was not carried out but taken down to be approved. */
export const APPROVAL_REQUESTED = "approval.requested";

/** Has a refused request taken down to be approved. The answer says so; the refusal, if the person would rather not. */
async function askForApproval(request: Request, refusal: Response): Promise<Response> {
  const sent: unknown = await request
    .clone()
    .json()
    .catch(() => null);
  const given = typeof sent === "object" && sent !== null && "reason" in sent ? sent.reason : undefined;
  const proposed = typeof given === "string" ? given : undefined;
  const reason = await (approvalDesk?.reason(proposed) ?? Promise.resolve(null));
  if (reason === null) return refusal;
  if (csrfToken !== null) request.headers.set("X-CSRF-Token", csrfToken);
  request.headers.set("X-Approval-Reason", encodeURIComponent(reason));
  const response = await sendProven(request);
  if (response.status !== 202) return response;
  const { approval } = (await response.json()) as { approval: string };
  approvalDesk?.requested(approval);
  const told = { code: APPROVAL_REQUESTED, params: { approval }, fields: [] };
  return new Response(JSON.stringify(told), { status: 409, headers: response.headers });
}

/** Reads the token of the session as it is now: another tab may have given the session a new one. */
async function renewedToken(): Promise<boolean> {
  const before = csrfToken;
  const answer = await sendProven(new Request(`${API_BASE}/session`, { credentials: "same-origin" }));
  const session: unknown = answer.ok ? await answer.json() : null;
  if (typeof session !== "object" || session === null || !("csrf_token" in session)) return false;
  csrfToken = String(session.csrf_token);
  return csrfToken !== before;
}

/** Whether a refused request may be sent once more, after what has to happen in between. */
async function worthRepeating(
  request: Request,
  response: Response,
  sentUnder: string | null,
): Promise<boolean> {
  if (new URL(request.url).pathname.startsWith(STEP_UP)) return false;
  if (response.status === 401) {
    // The session went on under a new token while the request was on its way.
    if (stepUpUnderWay !== null) await stepUpUnderWay;
    return sentUnder !== null && csrfToken !== null && sentUnder !== csrfToken;
  }
  if (response.status !== 403) return false;
  const problem = await problemOf(response);
  if (problem.code === "session.step_up") return stepUp();
  return problem.code === "request.csrf" && renewedToken();
}

async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const toApprove = request.clone();
  const sentUnder = csrfToken;
  let response = await sendProven(request);
  if (!response.ok && (await worthRepeating(again, response, sentUnder))) {
    if (!SAFE.has(again.method) && csrfToken !== null) again.headers.set("X-CSRF-Token", csrfToken);
    response = await sendProven(again);
  }
  if (response.status !== 403 || request.headers.has("X-Approval")) return response;
  const { code } = await problemOf(response);
  return code === "approval.needed" ? askForApproval(toApprove, response) : response;
}

/** The typed client. Features call it only inside query and mutation functions. */
export const api = createClient<paths>({
  baseUrl: API_BASE,
  credentials: "same-origin",
  fetch: send,
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

/** A file of the API at a path and query below its base, or an {@link ApiError}. */
export async function fetchFile(path: string): Promise<Response> {
  const response = await send(
    new Request(new URL(API_BASE + path, window.location.href), { credentials: "same-origin" }),
  );
  reportAnswer(path, response.status);
  if (response.ok) return response;
  throw await problemOf(response);
}

/** Carries out what was approved: the request as it was taken down. */
export async function carryOut(approval: string, replay: ApprovalReplay): Promise<Response> {
  const headers = new Headers({ ...csrfHeader(), "X-Approval": approval });
  const given = {
    "If-Match": replay.if_match,
    "Content-Type": replay.content_type,
    "Idempotency-Key": replay.idempotency_key,
  };
  for (const [name, value] of Object.entries(given)) if (value != null) headers.set(name, value);
  const address = new URL(API_BASE + replay.target, window.location.href);
  const { method } = replay;
  const body = replay.body === "" ? null : replay.body;
  const response = await send(new Request(address, { method, headers, body, credentials: "same-origin" }));
  reportAnswer(replay.target, response.status);
  if (response.ok) return response;
  throw await problemOf(response);
}
