import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { FieldProblem } from "../../api/problem";
import type { AccessConfiguration } from "../../api/types";
import { useDebounced } from "../../ui/useDebounced";
import { checkQuery } from "./access";

/** How long nothing must be typed before the server is asked, in milliseconds. */
const REST_MS = 500;

interface Checked {
  /** What is wrong with the one thing that is edited. */
  problems: FieldProblem[];
  /** The policies made of it, as the server reads it. */
  textOf: (id: string) => string;
  /** Whether what is shown is about an earlier state. */
  pending: boolean;
}

/**
 * Has the server look at a configuration while it is edited.
 * @param configuration null while there is nothing to look at
 * @param place where in it the edited thing stands, such as `rules[2]`
 */
export function useCheck(configuration: AccessConfiguration | null, place: string): Checked {
  // Compared as text: the value is made anew with every rendering.
  const now = configuration === null ? "" : JSON.stringify(configuration);
  const rested = useDebounced(now, REST_MS);
  const { data, isPlaceholderData } = useQuery({
    ...checkQuery(rested === "" ? null : (JSON.parse(rested) as AccessConfiguration)),
    placeholderData: keepPreviousData,
  });
  return {
    problems: (data?.problems ?? []).filter(({ field }) => field === place || field.startsWith(`${place}.`)),
    textOf: (id) => data?.texts.find((text) => text.id === id)?.cedar ?? "",
    pending: now !== rested || isPlaceholderData,
  };
}
