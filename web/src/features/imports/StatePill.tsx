import { useT } from "../../i18n/useT";
import { Pill, type Tone } from "../../ui/Pill";
import type { ImportState } from "./imports";

const TONES: Record<ImportState, Tone> = {
  detected: "info",
  running: "caution",
  cancelling: "caution",
  cancelled: "quiet",
  interrupted: "danger",
  finished: "brand",
  failed: "danger",
};

export function StatePill({ state }: { state: ImportState }) {
  const t = useT();
  return <Pill tone={TONES[state]}>{t(`import-state-${state}`)}</Pill>;
}
