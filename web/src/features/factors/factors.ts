import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

/** One's own ways to sign in. */
export const factorsQuery = queryOptions({
  queryKey: ["factors"],
  queryFn: () => body(api.GET("/me/factors")),
});
