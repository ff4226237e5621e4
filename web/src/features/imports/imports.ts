import { queryOptions } from "@tanstack/react-query";
import {
  API_BASE,
  api,
  body,
  csrfHeader,
  idempotencyKey,
  proofHeader,
  REQUEST_ID,
  reportAnswer,
} from "../../api/client";
import { ApiError, asApiError } from "../../api/problem";
import type { ColumnMapping, Import, ImportOptions } from "../../api/types";

export type ImportState = Import["state"];
export type Duplicates = ImportOptions["duplicates"];
export type UsccCheck = ImportOptions["uscc_check"];

export const DUPLICATES: readonly Duplicates[] = ["skip", "merge", "keep"];
export const USCC_CHECKS: readonly UsccCheck[] = ["reject", "accept"];
export const PRESETS: readonly Import["preset"][] = ["generic", "salesforce", "hubspot", "zoho", "fxiaoke"];

/** How often a running import is looked at. */
const POLL_MS = 1000;

export function isRunning(state: ImportState): boolean {
  return state === "running" || state === "cancelling";
}

export function importsQuery(cursor: string | undefined, limit: number) {
  return queryOptions({
    queryKey: ["imports", "list", cursor, limit],
    queryFn: () => body(api.GET("/imports", { params: { query: { cursor, limit } } })),
    refetchInterval: (query) =>
      query.state.data?.items.some(({ state }) => isRunning(state)) ? POLL_MS * 2 : false,
  });
}

export function importQuery(id: string) {
  return queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: () => body(api.GET("/imports/{id}", { params: { path: { id } } })),
    refetchInterval: (query) =>
      query.state.data !== undefined && isRunning(query.state.data.state) ? POLL_MS : false,
  });
}

/** Sends a file; only this way of asking reports how much has gone. */
export async function uploadImport(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Import> {
  const target = `${API_BASE}/imports`;
  const headers = { ...csrfHeader(), ...(await proofHeader("POST", target)) };
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", target);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Idempotency-Key", idempotencyKey());
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) =>
      lengthComputable && onProgress(loaded / total);
    request.onload = () => {
      reportAnswer("/imports", request.status);
      if (request.status === 201) resolve(request.response as Import);
      else reject(asApiError(request.status, request.response, request.getResponseHeader(REQUEST_ID)));
    };
    request.onerror = () => reject(new ApiError(0, {}));
    request.onabort = () => reject(new ApiError(-1, { code: "upload.cancelled" }));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** What the wizard has decided so far. */
export interface Plan {
  /** The field for a column's index; a column without one is left out. */
  targets: Record<number, string>;
  duplicates: Duplicates;
  uscc_check: UsccCheck;
  owner_id: string | null;
}

/** The plan an import starts with: what the server stored or suggests. */
export function planOf(subject: Import): Plan {
  const stored = subject.options.mapping.map(({ column, field }) => [column, field] as const);
  const suggested = subject.columns.flatMap(({ index, field }) =>
    field == null ? [] : [[index, field] as const],
  );
  return {
    targets: Object.fromEntries(stored.length > 0 ? stored : suggested),
    duplicates: subject.options.duplicates,
    uscc_check: subject.options.uscc_check,
    owner_id: subject.options.owner_id ?? null,
  };
}

export function mappingOf(plan: Plan): ColumnMapping[] {
  return Object.entries(plan.targets).map(([column, field]) => ({ column: Number(column), field }));
}

/** Gives a column a field, taking it from the column that had it: one field is filled by one column. */
export function retarget(plan: Plan, column: number, field: string | null): Plan {
  const others = Object.entries(plan.targets).filter(
    ([index, target]) => Number(index) !== column && target !== field,
  );
  return {
    ...plan,
    targets: { ...Object.fromEntries(others), ...(field == null ? {} : { [column]: field }) },
  };
}
