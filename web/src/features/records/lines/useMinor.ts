import { useCallback } from "react";
import { useFormat } from "../../../i18n/useFormat";

const CURRENCY = "CNY";

/** Minor units as money in words. */
export function useMinor(): (minor: bigint) => string {
  const format = useFormat();
  return useCallback((minor: bigint) => format.money({ minor: Number(minor), currency: CURRENCY }), [format]);
}
