import type { AccessCase } from "../../../api/types";

export type BenchQuestion = Omit<AccessCase, "draft">;

/** A record and circumstances that nothing speaks against, to begin with. */
export function usualQuestion(object: string, now: Date): Omit<BenchQuestion, "user_id"> {
  return {
    object,
    action: "read",
    field: null,
    record: {
      relation: "own",
      share: "none",
      label: { level: "internal", compartments: [] },
      region: "",
      value: "",
      status: "",
    },
    circumstances: {
      fresh: true,
      assurance: "multi",
      device: "recognised",
      network: "trusted",
      hours: "inside",
      risk: "low",
      // Sunday is the last day of the week here, and the first of the calendar.
      weekday: now.getDay() === 0 ? 7 : now.getDay(),
      hour: now.getHours(),
      purpose: "unstated",
    },
    working: null,
  };
}
