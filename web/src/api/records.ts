import { api, body, ifMatch } from "./client";

interface Request {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** The version the person saw; the change applies to no other. */
  version?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Untyped = Record<Method, (path: string, init: object) => ReturnType<typeof api.GET>>;

/**
 * Asks at a path that is put together while the page runs, as those of the objects are which the server describes.
 * Whoever calls says what comes back.
 */
export function ask<T>(method: Method, path: string, request: Request = {}): Promise<T> {
  const { query = {}, body: content, version, idempotencyKey, signal } = request;
  const header = {
    ...(version === undefined ? {} : { "If-Match": ifMatch(version) }),
    ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
  };
  const init = {
    params: { query, header },
    ...(content === undefined ? {} : { body: content }),
    ...(signal === undefined ? {} : { signal }),
  };
  return body((api as unknown as Untyped)[method](path, init)) as Promise<T>;
}
