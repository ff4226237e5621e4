import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export const yearsQuery = queryOptions({
  queryKey: ["audit", "years"],
  queryFn: () => body(api.GET("/audit/years")),
});
