import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export const externalAuditorsQuery = queryOptions({
  queryKey: ["external-auditors"],
  queryFn: () => body(api.GET("/external-auditors")),
});

/** The longest anybody from outside is let in for, in days. */
export const LONGEST_DAYS = 90;
