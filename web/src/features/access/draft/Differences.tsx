import { useT } from "../../../i18n/useT";
import { Pill, type Tone } from "../../../ui/Pill";
import { useFieldName } from "../words";
import type { Difference } from "./draft";

const TONES: Record<Difference["kind"], Tone> = { added: "brand", changed: "info", removed: "danger" };

/** Changes one below the other: which thing, and what becomes of it. */
export function Differences({ changes }: { changes: Difference[] }) {
  const t = useT();
  const fieldName = useFieldName();
  return (
    <ul className="differences">
      {changes.map(({ part, kind, key, name }) => (
        <li key={`${part} ${key}`}>
          <ChangePill kind={kind} />
          <span>
            <span className="soft">{t(`access-part-${part}`)}</span>{" "}
            {part === "field_label" ? fieldName(name) : name}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a draft does to a thing. */
export function ChangePill({ kind }: { kind: Difference["kind"] }) {
  const t = useT();
  return <Pill tone={TONES[kind]}>{t(`access-change-${kind}`)}</Pill>;
}
