import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];
export type FieldProblem = components["schemas"]["FieldProblem"];
export type Params = Record<string, unknown>;

/** A refused request: the server's code and parameters, never a sentence. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly params: Params;
  readonly fields: FieldProblem[];
  readonly requestId: string | null;

  /** @param requestId the request's number in the server's log, from the answer's header */
  constructor(status: number, problem: Partial<Problem>, requestId: string | null = null) {
    super(problem.code ?? `http ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? codeOfStatus(status);
    this.params = problem.params ?? {};
    this.fields = problem.fields ?? [];
    this.requestId = requestId;
  }
}

/** The code shown when something between browser and server answered instead of the server. */
function codeOfStatus(status: number): string {
  if (status === 0) return "network.unreachable";
  if (status === 413) return "request.too_large";
  if (status === 429) return "rate.limited";
  if (status >= 500) return "server.unavailable";
  return "request.refused";
}

/** Reads a problem document out of whatever came back; never throws. */
export function asApiError(status: number, body: unknown, requestId: string | null = null): ApiError {
  const problem = typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  return new ApiError(status, typeof problem.code === "string" ? problem : {}, requestId);
}

/** Any thrown thing as an ApiError, so that pages show one kind of error. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) return new ApiError(0, {});
  return new ApiError(-1, { code: "client.unexpected" });
}
