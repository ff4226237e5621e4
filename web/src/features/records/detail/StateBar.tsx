import { CheckOutlined, CloseOutlined, WarningOutlined } from "@ant-design/icons";
import { Select } from "antd";
import { useT } from "../../../i18n/useT";
import { usePhone } from "../../../ui/useMediaQuery";
import { useFieldLabel } from "../../fields/fields";
import { useMove } from "../move/useMove";
import { mayOn } from "../records";
import { mayMove, type State, stageSince, stateCode, stuckDays, useStatesOf } from "../states";
import type { Entity, ObjectInfo } from "../types";

/** More than these do not fit beside each other. */
const FIT = 7;

/** In which state a record is, on its way; where it may go one goes by a click. */
export function StateBar({ object, record }: { object: ObjectInfo; record: Entity }) {
  const t = useT();
  const phone = usePhone();
  const label = useFieldLabel(object.name);
  const states = useStatesOf(object, record);
  const { move, pending, dialog } = useMove(object);
  const code = stateCode(object, record);
  const at = states.findIndex((state) => state.code === code);
  const stuck = stuckDays(states[at], stageSince(record), Date.now());
  const open = (state: State) =>
    mayOn(object, record, "update") && !pending && mayMove(object, code, state.code);
  const field = label(object.state?.field ?? "");
  return (
    <div className="state-bar">
      {phone || states.length > FIT ? (
        <Select
          className="full-width"
          aria-label={field}
          value={code ?? null}
          disabled={!states.some(open)}
          options={states.map((state) => ({
            value: state.code,
            label: state.name,
            disabled: state.code !== code && !open(state),
          }))}
          onChange={(next: string) => {
            const to = states.find((state) => state.code === next);
            if (to !== undefined) move({ record, to });
          }}
        />
      ) : (
        <ol className="state-steps" aria-label={field}>
          {states.map((state, step) => (
            <li key={state.code} aria-current={step === at ? "step" : undefined}>
              <button
                type="button"
                className={stepClass(state, step, at, states)}
                disabled={!open(state)}
                title={open(state) ? t("record-move-to", { state: state.name }) : undefined}
                onClick={() => move({ record, to: state })}
              >
                {step === at && state.kind === "lost" && <CloseOutlined aria-hidden />}
                {((step === at && state.kind === "won") || passed(state, step, at, states)) && (
                  <CheckOutlined aria-hidden />
                )}
                <span>{state.name}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {stuck !== null && (
        <p className="stuck">
          <WarningOutlined aria-hidden /> {t("record-stuck", { days: stuck })}
        </p>
      )}
      {dialog}
    </div>
  );
}

/** Whether a record went by a state on its way; what was lost went no way. */
function passed(state: State, step: number, at: number, states: State[]): boolean {
  return step < at && state.kind === "open" && states[at]?.kind !== "lost";
}

function stepClass(state: State, step: number, at: number, states: State[]): string {
  const here = step === at ? ` state-here state-here-${state.kind}` : "";
  return `state-step${passed(state, step, at, states) ? " state-passed" : ""}${here}`;
}
